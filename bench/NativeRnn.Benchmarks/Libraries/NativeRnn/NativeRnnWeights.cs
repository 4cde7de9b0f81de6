using NativeRnn;
using NativeRnn.Layers;

namespace Benchmarks;

/// <summary>Weights of a NativeRnn module as arrays, by PyTorch's names.</summary>
internal static class NativeRnnWeights
{
    public static Dictionary<string, float[]> Get(Module module) => module.StateDict()
        .ToDictionary(weight => weight.Key, weight => weight.Value.ToArray());

    public static void Set(Module module, IReadOnlyDictionary<string, float[]> weights) =>
        module.LoadStateDict(module.StateDict().ToDictionary(
            weight => weight.Key,
            weight => Tensor.From(weights[weight.Key], weight.Value.Shape, weight.Value.Device)));

    /// <summary>The gradients of a layer's own parameters.</summary>
    public static Dictionary<string, float[]> Gradients(RecurrentLayer layer) =>
    (
        from parameter in layer.Parameters()
        let gradient = parameter.Gradient.ToArray()
        from view in parameter.Views
        select (view.Name, Values: gradient[view.Offset..(view.Offset + view.Length)]))
        .ToDictionary(part => part.Name, part => part.Values);
}
