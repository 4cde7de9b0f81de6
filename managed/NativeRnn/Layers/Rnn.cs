namespace NativeRnn.Layers;

/// <summary>
/// Runs a cell over whole sequences, as Keras' RNN: any <see cref="RecurrentCell"/>, such as one of
/// the user's own. Steps that don't count are not computed. For LSTM, GRU and plain cells the
/// layers <see cref="Lstm"/>, <see cref="Gru"/> and <see cref="SimpleRnn"/> do the same, faster.
/// </summary>
public sealed class Rnn : Module
{
    private readonly bool _returnSequences;
    private readonly bool _goBackwards;
    private readonly bool _stateful;
    private readonly bool _returnState;
    private IReadOnlyList<Tensor>? _carried;

    /// <summary>A layer.</summary>
    /// <param name="cell">What a step computes.</param>
    /// <param name="returnSequences">Give all steps, [B,T,O], else the last, [B,O].</param>
    /// <param name="returnState">Keep the last state in <see cref="LastState"/>.</param>
    /// <param name="goBackwards">
    /// Run from the last step to the first; the outputs come in that, reversed, order.
    /// </param>
    /// <param name="stateful">
    /// Start a batch where the one before ended, cut off from its gradients; a batch of another size
    /// starts anew.
    /// </param>
    /// <param name="batchFirst">Sequences are [B,T,..], else [T,B,..].</param>
    public Rnn(
        RecurrentCell cell,
        bool returnSequences = false,
        bool returnState = false,
        bool goBackwards = false,
        bool stateful = false,
        bool batchFirst = true)
    {
        ArgumentNullException.ThrowIfNull(cell);
        if (cell.StateSizes.Count == 0)
        {
            throw new ArgumentException("the cell must have a state", nameof(cell));
        }

        Cell = Register("cell", cell);
        BatchFirst = batchFirst;
        (_returnSequences, _returnState, _goBackwards, _stateful) =
            (returnSequences, returnState, goBackwards, stateful);
    }

    /// <summary>What a step computes.</summary>
    public RecurrentCell Cell { get; }

    /// <summary>Whether sequences are [B,T,..], else [T,B,..].</summary>
    public bool BatchFirst { get; }

    /// <summary>
    /// The state after the last run of a layer with returnState; else null. Made while a tape is on,
    /// it is recorded and ends with the tape.
    /// </summary>
    public IReadOnlyList<Tensor>? LastState { get; private set; }

    internal bool ReturnSequences => _returnSequences;

    internal bool ReturnState => _returnState;

    internal bool GoBackwards => _goBackwards;

    internal bool Stateful => _stateful;

    /// <summary>Runs whole sequences from a state of zeros, or the one that is carried.</summary>
    /// <param name="input">[B,T,..] if batch-first, else [T,B,..]; T and B at least 1.</param>
    /// <returns>All outputs, [B,T,O] or [T,B,O], or the last ones, [B,O].</returns>
    public override Tensor Forward(Tensor input) => Run(input, null, null).Output;

    /// <summary>Runs whole sequences from a state.</summary>
    /// <param name="input">As for <see cref="Forward(Tensor)"/>.</param>
    /// <param name="state">As many tensors as the cell has, each [B,S_k]; null: zeros.</param>
    /// <param name="lengths">int32 [B]: the valid steps of each row, 0 to T; null: all.</param>
    /// <returns>The outputs, and the state after each row's last valid step.</returns>
    public CellOutput Forward(
        Tensor input, IReadOnlyList<Tensor>? state, Tensor? lengths = null)
    {
        (int batch, int steps) = BatchAndSteps(input);
        if (lengths is null)
        {
            return Run(input, state, null);
        }

        Sizes.RequireIndices(lengths, nameof(lengths));
        Sizes.RequireShape(lengths, [batch], nameof(lengths));
        int[] given = lengths.ToInt32Array();
        SequenceMask.CheckLengths(given, 0, steps);
        return Run(input, state, SequenceMask.FromLengths(steps, given));
    }

    /// <summary>Runs packed sequences from a state of zeros.</summary>
    /// <param name="input">Sequences of steps as the cell takes them.</param>
    /// <returns>The outputs, packed in the same way.</returns>
    /// <exception cref="InvalidOperationException">The layer gives the last step only.</exception>
    public PackedSequence Forward(PackedSequence input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!_returnSequences)
        {
            throw new InvalidOperationException(
                "packed sequences need a layer that gives all steps: set returnSequences to true");
        }

        (Tensor padded, IReadOnlyList<int> lengths) = input.Pad(BatchFirst);
        SequenceMask mask = SequenceMask.FromLengths(input.BatchSizes.Count, [.. lengths]);
        return input.Repack(Run(padded, null, mask).Output, BatchFirst);
    }

    /// <inheritdoc/>
    /// <remarks>Steps that don't count are not run: their outputs are 0, the state passes them by.
    /// </remarks>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask) =>
        new(Run(input, null, mask).Output, _returnSequences ? mask : null);

    /// <summary>A layer of the same settings with a cell of its own.</summary>
    internal Rnn Twin(long seed) => new(
        Cell.Twin(seed), _returnSequences, _returnState, _goBackwards, _stateful, BatchFirst);

    internal override object? Carried
    {
        get => _carried;
        set => _carried = (IReadOnlyList<Tensor>?)value;
    }

    internal override void ForgetState() => _carried = null;

    /// <inheritdoc/>
    protected internal override void SaveTrainingState(TrainingState state)
    {
        base.SaveTrainingState(state);
        state.Set("carried", _carried?.Count ?? 0);
        for (int index = 0; index < _carried?.Count; index++)
        {
            state.Set($"carried_{index}", _carried[index]);
        }
    }

    /// <inheritdoc/>
    protected internal override void LoadTrainingState(TrainingState state)
    {
        base.LoadTrainingState(state);
        int count = checked((int)state.GetInt64("carried"));
        _carried = count == 0
            ? null
            : [.. Enumerable.Range(0, count).Select(index => state.GetTensor($"carried_{index}"))];
    }

    private CellOutput Run(Tensor input, IReadOnlyList<Tensor>? state, SequenceMask? mask)
    {
        (int batch, int steps) = BatchAndSteps(input);
        mask ??= SequenceMask.FromLengths(steps, [.. Enumerable.Repeat(steps, batch)]);
        if (mask.Batch != batch || mask.Steps != steps)
        {
            throw new ArgumentException(
                $"mask is of {mask.Batch} sequences of {mask.Steps} steps, input of {batch} of " +
                $"{steps}", nameof(mask));
        }

        StepOrder order = new(mask, _goBackwards);
        CellRun run = new(Cell, new PackLayout(mask.Lengths));
        run.Over(
            input, order, BatchFirst, StateOf(state ?? CarriedBy(input, batch), batch, input.Device));
        IReadOnlyList<Tensor> last = run.LastState();
        if (_stateful && !IsTrial)
        {
            _carried = [.. last.Select(tensor => tensor.Clone())];
        }

        LastState = _returnState ? last : null;
        ReadOnlySpan<int> leading = input.Shape[..2];
        return new CellOutput(
            _returnSequences ? run.Outputs(order, BatchFirst, leading) : run.LastOutput(), last);
    }

    private IReadOnlyList<Tensor>? CarriedBy(Tensor input, int batch) =>
        _carried is { } carried && carried[0].Shape[0] == batch
            && ReferenceEquals(carried[0].Device, input.Device)
            ? carried
            : null;

    private IReadOnlyList<Tensor> StateOf(
        IReadOnlyList<Tensor>? state, int batch, Device device)
    {
        IReadOnlyList<int> sizes = Cell.StateSizes;
        if (state is null)
        {
            return [.. sizes.Select(size => Tensor.Zeros([batch, size], device))];
        }

        if (state.Count != sizes.Count)
        {
            throw new ArgumentException(
                $"the state has {state.Count} tensors, needs {sizes.Count}", nameof(state));
        }

        for (int index = 0; index < sizes.Count; index++)
        {
            Sizes.RequireFloats(state[index], nameof(state));
            Sizes.RequireShape(state[index], [batch, sizes[index]], nameof(state));
        }

        return state;
    }

    private (int Batch, int Steps) BatchAndSteps(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank < 3 || input.Length == 0)
        {
            throw new ArgumentException(
                $"input is {Sizes.Text(input.Shape)}; it must be " +
                $"{(BatchFirst ? "[B,T,..]" : "[T,B,..]")} and not empty", nameof(input));
        }

        return BatchFirst ? (input.Shape[0], input.Shape[1]) : (input.Shape[1], input.Shape[0]);
    }
}
