using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>The recurrent layers in TorchSharp.</summary>
internal sealed class TorchSharpForward : IForward
{
    private readonly TorchSharpLayers _layers;
    private readonly TorchSharpState _zeros;
    private readonly long[] _shape;

    public TorchSharpForward(Setup setup)
    {
        set_num_threads(setup.Threads);
        random.manual_seed(1);
        _layers = new TorchSharpLayers(setup);
        _layers.Module.eval();
        _zeros = TorchSharpLayers.Zeros(setup);
        _shape = [setup.Sequence, setup.Batch, setup.Embedding];
    }

    public string Name => "TorchSharp";

    public Dictionary<string, float[]> Weights() => TorchSharpWeights.Get(_layers.Module);

    public void Load(IReadOnlyDictionary<string, float[]> weights) =>
        TorchSharpWeights.Set(_layers.Module, weights);

    public void Run(float[] input, float[] output)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = inference_mode();
        (Tensor result, _) = _layers.Run(tensor(input, _shape), _zeros);
        result.data<float>().CopyTo(output);
    }

    public void Dispose() => _layers.Module.Dispose();
}
