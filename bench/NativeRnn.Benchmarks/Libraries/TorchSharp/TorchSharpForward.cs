using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>Inference in TorchSharp.</summary>
internal sealed class TorchSharpForward : IContestant
{
    private readonly TorchSharpLayers _layers;
    private readonly TorchSharpState _zeros;
    private readonly Tensor _input;

    public TorchSharpForward(Problem problem)
    {
        Shape shape = problem.Shape;
        _layers = new TorchSharpLayers(problem);
        _layers.Module.eval();
        _zeros = TorchSharpState.Zeros(shape);
        _input = tensor(problem.Input, [shape.Steps, shape.Batch, shape.Input]);
    }

    public Library Library => Library.TorchSharp;

    public IReadOnlyDictionary<string, float[]> Results()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = inference_mode();
        Tensor output = _layers.Run(_input, _zeros).Output;
        return new Dictionary<string, float[]> { ["y"] = output.data<float>().ToArray() };
    }

    public void Run()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = inference_mode();
        _layers.Run(_input, _zeros);
    }

    public void Dispose()
    {
        _layers.Module.Dispose();
        _zeros.Drop();
        _input.Dispose();
    }
}
