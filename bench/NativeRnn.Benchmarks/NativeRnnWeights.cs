using NativeRnn;
using NativeRnn.Layers;

namespace Benchmarks;

/// <summary>Weights of a NativeRnn module as arrays.</summary>
internal static class NativeRnnWeights
{
    public static Dictionary<string, float[]> Get(Module module) => module.StateDict()
        .ToDictionary(weight => weight.Key, weight => weight.Value.ToArray());

    public static void Set(Module module, IReadOnlyDictionary<string, float[]> weights) =>
        module.LoadStateDict(module.StateDict().ToDictionary(
            weight => weight.Key,
            weight => Tensor.From(weights[weight.Key], weight.Value.Shape, weight.Value.Device)));
}
