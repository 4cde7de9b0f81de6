using NativeRnn;
using NativeRnn.Layers;

namespace Benchmarks;

/// <summary>The recurrent layers in NativeRnn.</summary>
internal sealed class NativeRnnForward : IForward
{
    private readonly Device _device;
    private readonly RecurrentLayer _layers;
    private readonly Tensor _input;

    public NativeRnnForward(Setup setup)
    {
        _device = Device.Cpu(setup.Threads);
        _layers = setup.Cell == Cell.Lstm
            ? new Lstm(setup.Embedding, setup.Hidden, setup.Layers, device: _device)
            : new Gru(setup.Embedding, setup.Hidden, setup.Layers, device: _device);
        _layers.SetTraining(false);
        _input = Tensor.Zeros([setup.Sequence, setup.Batch, setup.Embedding], _device);
    }

    public string Name => "NativeRnn";

    public Dictionary<string, float[]> Weights() => NativeRnnWeights.Get(_layers);

    public void Load(IReadOnlyDictionary<string, float[]> weights) =>
        NativeRnnWeights.Set(_layers, weights);

    public void Run(float[] input, float[] output)
    {
        _input.Write(input);
        using GradientTape memory = _device.Record(gradients: false);
        _layers.Forward(_input).CopyTo(output);
    }

    public void Dispose() => _device.Dispose();
}
