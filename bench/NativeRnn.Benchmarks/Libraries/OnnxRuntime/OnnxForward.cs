using Microsoft.ML.OnnxRuntime;

namespace Benchmarks;

/// <summary>Inference in ONNX Runtime, from an array to an array that are there already.</summary>
internal sealed class OnnxForward : IContestant
{
    private static readonly string[] InputNames = [OnnxModel.X];
    private static readonly string[] OutputNames = [OnnxModel.Y];

    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly float[] _output;
    private readonly OrtValue[] _inputs;
    private readonly OrtValue[] _outputs;

    public OnnxForward(Problem problem, int threads)
    {
        Shape shape = problem.Shape;
        _session = OnnxSession.Open(OnnxModel.Write(problem), threads);
        _output = new float[shape.Steps * shape.Batch * shape.OutputWidth];
        _inputs = [OnnxSession.Value(problem.Input, shape.Steps, shape.Batch, shape.Input)];
        _outputs = [shape.Bidirectional
            ? OnnxSession.Value(_output, shape.Steps, shape.Batch, shape.OutputWidth)
            : OnnxSession.Value(_output, shape.Steps, 1, shape.Batch, shape.Hidden)];
    }

    public Library Library => Library.OnnxRuntime;

    public IReadOnlyDictionary<string, float[]> Results()
    {
        Run();
        return new Dictionary<string, float[]> { ["y"] = [.. _output] };
    }

    public void Run() => _session.Run(_options, InputNames, _inputs, OutputNames, _outputs);

    public void Dispose()
    {
        _inputs[0].Dispose();
        _outputs[0].Dispose();
        _options.Dispose();
        _session.Dispose();
    }
}
