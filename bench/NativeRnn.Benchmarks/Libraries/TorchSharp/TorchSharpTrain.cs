using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>A training step in TorchSharp.</summary>
internal sealed class TorchSharpTrain : IContestant
{
    private readonly TorchSharpLayers _layers;
    private readonly Adam _optimizer;
    private readonly TorchSharpState _zeros;
    private readonly Tensor _input;
    private readonly Tensor[] _outputGradient;

    public TorchSharpTrain(Problem problem)
    {
        Shape shape = problem.Shape;
        _layers = new TorchSharpLayers(problem);
        _optimizer = optim.Adam(_layers.Module.parameters(), Problem.LearningRate);
        _zeros = TorchSharpState.Zeros(shape);
        _input = tensor(
            problem.Input, [shape.Steps, shape.Batch, shape.Input], requires_grad: true);
        _outputGradient =
            [tensor(problem.OutputGradient, [shape.Steps, shape.Batch, shape.OutputWidth])];
    }

    public Library Library => Library.TorchSharp;

    public IReadOnlyDictionary<string, float[]> Results()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor output = ForwardAndBackward();
        Dictionary<string, float[]> results = _layers.Module.named_parameters()
            .ToDictionary(part => part.name, part => Values(part.parameter.grad!));
        (results["y"], results["dx"]) = (Values(output.detach()), Values(_input.grad!));
        _optimizer.step(); // so that its moments are in memory before anything is timed
        return results;
    }

    public void Run()
    {
        using DisposeScope scope = NewDisposeScope();
        ForwardAndBackward();
        _optimizer.step();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _layers.Module.Dispose();
        _zeros.Drop();
        _input.Dispose();
        _outputGradient[0].Dispose();
    }

    private static float[] Values(Tensor tensor) => tensor.contiguous().data<float>().ToArray();

    private Tensor ForwardAndBackward()
    {
        _optimizer.zero_grad();
        _input.grad = null;
        Tensor output = _layers.Run(_input, _zeros).Output;
        output.backward(_outputGradient);
        return output;
    }
}
