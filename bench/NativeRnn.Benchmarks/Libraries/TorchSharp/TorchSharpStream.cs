using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>A stream in TorchSharp: sequences of one step, the state kept from call to call.</summary>
internal sealed class TorchSharpStream : IContestant
{
    private readonly Shape _shape;
    private readonly TorchSharpLayers _layers;
    private readonly Tensor _input;
    private TorchSharpState _state;

    public TorchSharpStream(Problem problem)
    {
        _shape = problem.Shape;
        _layers = new TorchSharpLayers(problem);
        _layers.Module.eval();
        _input = tensor(problem.Input, [1, 1, _shape.Input]);
        _state = TorchSharpState.Zeros(_shape);
    }

    public Library Library => Library.TorchSharp;

    public IReadOnlyDictionary<string, float[]> Results() => StreamResults.Of(_shape, (x, y) =>
    {
        _input.data<float>().CopyFrom(x);
        Step().CopyTo(y, 0);
    });

    public void Run()
    {
        using DisposeScope scope = NewDisposeScope();
        Advance();
    }

    public void Dispose()
    {
        _layers.Module.Dispose();
        _input.Dispose();
        _state.Drop();
    }

    private float[] Step()
    {
        using DisposeScope scope = NewDisposeScope();
        return Advance().data<float>().ToArray();
    }

    private Tensor Advance()
    {
        using IDisposable frozen = inference_mode();
        (Tensor output, TorchSharpState next) = _layers.Run(_input, _state);
        _state.Drop();
        _state = next.Keep();
        return output;
    }
}
