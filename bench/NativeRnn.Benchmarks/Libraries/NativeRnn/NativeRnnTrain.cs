using NativeRnn;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace Benchmarks;

/// <summary>A training step in NativeRnn.</summary>
internal sealed class NativeRnnTrain : IContestant
{
    private readonly Device _device;
    private readonly RecurrentLayer _layers;
    private readonly Adam _optimizer;
    private readonly Tensor _input;
    private readonly Tensor _outputGradient;

    public NativeRnnTrain(Problem problem, int threads)
    {
        Shape shape = problem.Shape;
        _device = Device.Cpu(threads);
        _layers = NativeRnnLayers.Create(problem, _device);
        _optimizer = new Adam(_layers.Parameters(), (float)Problem.LearningRate);
        _input = Tensor
            .From(problem.Input, [shape.Steps, shape.Batch, shape.Input], _device)
            .RequireGradient();
        _outputGradient = Tensor.From(
            problem.OutputGradient, [shape.Steps, shape.Batch, shape.OutputWidth], _device);
    }

    public Library Library => Library.NativeRnn;

    public IReadOnlyDictionary<string, float[]> Results()
    {
        using GradientTape tape = _device.Record();
        Tensor output = _layers.Forward(_input);
        tape.Backward(output, _outputGradient);
        Dictionary<string, float[]> results = NativeRnnWeights.Gradients(_layers);
        (results["y"], results["dx"]) = (output.ToArray(), _input.Gradient!.ToArray());
        _optimizer.Step(); // so that its moments are in memory before anything is timed
        return results;
    }

    public void Run()
    {
        using GradientTape tape = _device.Record();
        _input.Gradient!.Fill(0);
        tape.Backward(_layers.Forward(_input), _outputGradient);
        _optimizer.Step();
    }

    public void Dispose()
    {
        _input.Dispose();
        _outputGradient.Dispose();
        _device.Dispose();
    }
}
