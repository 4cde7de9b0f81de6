namespace NativeRnn.Layers;

/// <summary>
/// A decoder that writes step by step, several copies of each source side by side. A step's memory
/// goes back to the device when the step ends; only the state stays.
/// </summary>
internal sealed class DecoderRun : IDisposable
{
    private readonly Seq2Seq _model;
    private readonly Device _device;
    private readonly Seq2SeqMemory _memory;
    private readonly int _vocabulary;
    private readonly int _sourceSteps;
    private RecurrentState _state;
    private float[] _logProbabilities = [];
    private float[]? _weights;

    internal DecoderRun(Seq2Seq model, Tensor source, Tensor? lengths, int copies)
    {
        _model = model;
        _device = source.Device;
        _vocabulary = model.Options.TargetVocabulary;
        _sourceSteps = source.Shape[1];
        using GradientTape? tape = Tape();
        Seq2SeqMemory memory = model.Encode(source, lengths);
        int[] rows = [.. Enumerable.Range(0, source.Shape[0] * copies).Select(row => row / copies)];
        _state = Rows(memory.State, rows);
        _memory = new Seq2SeqMemory(
            _state, Rows(memory.Values, rows), Rows(memory.Keys, rows), Rows(memory.Mask, rows));
    }

    /// <summary>Gives each row the token before and computes what may follow.</summary>
    internal void Step(int[] tokens)
    {
        using GradientTape? tape = Tape();
        Seq2SeqStep step = _model.Decode(
            Tensor.From(tokens, [tokens.Length, 1], _device), _memory, _state);
        _logProbabilities = step.Logits.LogSoftmax().ToArray();
        _weights = step.Weights?.ToArray();
        Replace(new RecurrentState(step.State.Hidden.Clone(), step.State.Cell?.Clone()));
    }

    /// <summary>Makes each row go on from the state of another: row r from rows[r].</summary>
    internal void Reorder(int[] rows) => Replace(Rows(_state, rows));

    internal ReadOnlySpan<float> LogProbabilities(int row) =>
        _logProbabilities.AsSpan(row * _vocabulary, _vocabulary);

    /// <summary>A copy of a row's attention, or null.</summary>
    internal float[]? Weights(int row) =>
        _weights?.AsSpan(row * _sourceSteps, _sourceSteps).ToArray();

    public void Dispose()
    {
        Replace(default);
        _memory.Values?.Dispose();
        _memory.Keys?.Dispose();
        _memory.Mask?.Dispose();
    }

    // A tape that is on already takes what the steps make.
    private GradientTape? Tape() =>
        _device.ActiveTape is null ? _device.Record(gradients: false) : null;

    private void Replace(RecurrentState state)
    {
        _state.Hidden?.Dispose();
        _state.Cell?.Dispose();
        _state = state;
    }

    private static RecurrentState Rows(RecurrentState state, int[] rows) => new(
        Rows(state.Hidden, rows, axis: 1)!, Rows(state.Cell, rows, axis: 1));

    // The rows of a batch, copied on the host into memory of their own.
    private static Tensor? Rows(Tensor? tensor, int[] rows, int axis = 0)
    {
        if (tensor is null)
        {
            return null;
        }

        int[] shape = tensor.Shape.ToArray();
        int width = shape[(axis + 1)..].Aggregate(1, (product, size) => product * size);
        int outer = axis == 0 ? 1 : shape[0], before = shape[axis];
        float[] from = tensor.ToArray(), to = new float[outer * rows.Length * width];
        for (int at = 0; at < outer * rows.Length; at++)
        {
            int row = (at / rows.Length * before) + rows[at % rows.Length];
            from.AsSpan(row * width, width).CopyTo(to.AsSpan(at * width));
        }

        shape[axis] = rows.Length;
        Tensor picked = Tensor.NewOwned(shape, tensor.Device);
        picked.Write(to);
        return picked;
    }
}
