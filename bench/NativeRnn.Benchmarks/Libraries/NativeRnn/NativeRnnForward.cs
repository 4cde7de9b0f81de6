using NativeRnn;
using NativeRnn.Layers;

namespace Benchmarks;

/// <summary>Inference in NativeRnn.</summary>
internal sealed class NativeRnnForward : IContestant
{
    private readonly Device _device;
    private readonly RecurrentLayer _layers;
    private readonly Tensor _input;

    public NativeRnnForward(Problem problem, int threads)
    {
        Shape shape = problem.Shape;
        _device = Device.Cpu(threads);
        _layers = NativeRnnLayers.Create(problem, _device);
        _layers.SetTraining(false);
        _input = Tensor.From(problem.Input, [shape.Steps, shape.Batch, shape.Input], _device);
    }

    public Library Library => Library.NativeRnn;

    public IReadOnlyDictionary<string, float[]> Results()
    {
        using GradientTape memory = _device.Record(gradients: false);
        return new Dictionary<string, float[]> { ["y"] = _layers.Forward(_input).ToArray() };
    }

    public void Run()
    {
        using GradientTape memory = _device.Record(gradients: false);
        _layers.Forward(_input);
    }

    public void Dispose()
    {
        _input.Dispose();
        _device.Dispose();
    }
}
