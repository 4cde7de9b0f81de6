using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>Sets the weights of a TorchSharp module.</summary>
internal static class TorchSharpWeights
{
    /// <param name="module">Any module.</param>
    /// <param name="weights">By PyTorch's names.</param>
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
