using Microsoft.ML.OnnxRuntime;

namespace Benchmarks;

/// <summary>
/// A stream in ONNX Runtime: a model of one step; the state that comes out of a call goes into the
/// next. Two sets of arrays take turns, so that nothing is copied or allocated.
/// </summary>
internal sealed class OnnxStream : IContestant
{
    private readonly Shape _shape;
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly float[] _x;
    private readonly float[] _y;
    private readonly float[][][] _states;
    private readonly OrtValue[][] _inputs;
    private readonly OrtValue[][] _outputs;
    private readonly OrtValue[] _values;
    private int _turn;

    public OnnxStream(Problem problem, int threads)
    {
        Shape shape = _shape = problem.Shape;
        _session = OnnxSession.Open(OnnxModel.Write(problem, keepsState: true), threads);
        string[] parts = OnnxModel.StateNames(shape.Cell);
        _inputNames = [OnnxModel.X, .. parts.Select(part => $"{part}0")];
        _outputNames = [OnnxModel.Y, .. parts.Select(part => $"{part}n")];
        (_x, _y) = ([.. problem.Input], new float[shape.Hidden]);
        _states = [State(shape, parts), State(shape, parts)];
        OrtValue x = OnnxSession.Value(_x, 1, 1, shape.Input);
        OrtValue y = OnnxSession.Value(_y, 1, 1, 1, shape.Hidden);
        OrtValue[][] states = [Values(_states[0], shape), Values(_states[1], shape)];
        _inputs = [[x, .. states[0]], [x, .. states[1]]];
        _outputs = [[y, .. states[1]], [y, .. states[0]]];
        _values = [x, y, .. states[0], .. states[1]];
    }

    public Library Library => Library.OnnxRuntime;

    public IReadOnlyDictionary<string, float[]> Results()
    {
        foreach (float[] part in _states.SelectMany(state => state))
        {
            Array.Clear(part);
        }

        return StreamResults.Of(_shape, (x, y) =>
        {
            x.CopyTo(_x, 0);
            Run();
            _y.CopyTo(y, 0);
        });
    }

    public void Run()
    {
        _session.Run(_options, _inputNames, _inputs[_turn], _outputNames, _outputs[_turn]);
        _turn ^= 1;
    }

    public void Dispose()
    {
        Array.ForEach(_values, value => value.Dispose());
        _options.Dispose();
        _session.Dispose();
    }

    private static float[][] State(Shape shape, string[] parts) =>
        [.. parts.Select(_ => new float[shape.StateLength])];

    private static OrtValue[] Values(float[][] state, Shape shape) =>
        [.. state.Select(part => OnnxSession.Value(part, 1, 1, shape.Hidden))];
}
