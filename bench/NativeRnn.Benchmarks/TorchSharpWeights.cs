using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>Weights of a TorchSharp module as arrays.</summary>
internal static class TorchSharpWeights
{
    public static Dictionary<string, float[]> Get(nn.Module module) => module.state_dict()
        .ToDictionary(weight => weight.Key, weight => weight.Value.data<float>().ToArray());

    public static void Set(nn.Module module, IReadOnlyDictionary<string, float[]> weights)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        foreach ((string name, Tensor weight) in module.state_dict())
        {
            weight.copy_(tensor(weights[name], weight.shape));
        }
    }
}
