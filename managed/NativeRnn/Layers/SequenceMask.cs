namespace NativeRnn.Layers;

/// <summary>
/// Which steps of a batch of sequences [B,T,..] count; the others are padding, at the end, at the
/// start or in between. Layers that go through time leave them out, losses and metrics too.
/// </summary>
public sealed class SequenceMask
{
    private readonly bool[] _valid;
    private readonly int[] _lengths;
    private readonly bool _isRightPadded;

    private SequenceMask(int batch, int steps, bool[] valid)
    {
        (Batch, Steps, _valid) = (batch, steps, valid);
        _lengths = new int[batch];
        _isRightPadded = true;
        for (int row = 0; row < batch; row++)
        {
            ReadOnlySpan<bool> own = valid.AsSpan(row * steps, steps);
            _lengths[row] = own.Count(true);
            _isRightPadded &= !own[.._lengths[row]].Contains(false);
        }

        Count = _lengths.Sum();
    }

    /// <summary>Sequences, B.</summary>
    public int Batch { get; }

    /// <summary>Steps of the padded sequences, T.</summary>
    public int Steps { get; }

    /// <summary>How many steps count, of all sequences together.</summary>
    public int Count { get; }

    /// <summary>How many steps of each sequence count.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    /// <summary>Whether in each sequence the steps that count come first. A trace is of any numbers.</summary>
    internal bool IsRightPadded => _isRightPadded && Values is null;

    /// <summary>Whether all steps count. A trace is of any numbers.</summary>
    internal bool IsFull => Count == _valid.Length && !IsTraced;

    /// <summary>Whether a trace follows what it was made of.</summary>
    internal bool IsTraced => Source is not null || Values is not null;

    /// <summary>The lengths that it was made of while they were traced; else null.</summary>
    internal Tensor? Source { get; private init; }

    /// <summary>The numbers that it was made of, 1 and 0, while they were traced; else null.</summary>
    internal Tensor? Values { get; private init; }

    /// <summary>Whether a step counts.</summary>
    /// <param name="row">0 to B - 1.</param>
    /// <param name="step">0 to T - 1.</param>
    public bool this[int row, int step]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Batch);
            ArgumentOutOfRangeException.ThrowIfNegative(step);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, Steps);
            return _valid[(row * Steps) + step];
        }
    }

    /// <summary>A mask of sequences that are padded at the end.</summary>
    /// <param name="steps">T, at least 1.</param>
    /// <param name="lengths">How many steps of each sequence count, 0 to T.</param>
    /// <exception cref="ArgumentException">There are no lengths, or one is out of range.</exception>
    public static SequenceMask FromLengths(int steps, params ReadOnlySpan<int> lengths)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        CheckLengths(lengths, 0, steps);
        bool[] valid = new bool[checked(lengths.Length * steps)];
        for (int row = 0; row < lengths.Length; row++)
        {
            valid.AsSpan(row * steps, lengths[row]).Fill(true);
        }

        return new SequenceMask(lengths.Length, steps, valid);
    }

    /// <summary>A mask of sequences that are padded at the end.</summary>
    /// <param name="steps">T, at least 1.</param>
    /// <param name="lengths">int32 [B]: how many steps of each sequence count, 0 to T.</param>
    /// <exception cref="ArgumentException">There are no lengths, or one is out of range.</exception>
    public static SequenceMask FromLengths(int steps, Tensor lengths)
    {
        Sizes.RequireIndices(lengths, nameof(lengths));
        int mark = OperationTrace.Mark(lengths.Device);
        SequenceMask mask = FromLengths(steps, lengths.ToInt32Array());
        lengths.Device.Trace?.Forget(mark);
        return lengths.Device.Trace is null
            ? mask
            : new SequenceMask(mask.Batch, steps, mask._valid) { Source = lengths };
    }

    /// <summary>A mask of any pattern.</summary>
    /// <param name="valid">[B,T], at least one of each: true where a step counts.</param>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public static SequenceMask From(bool[,] valid)
    {
        ArgumentNullException.ThrowIfNull(valid);
        return Where(valid.GetLength(0), valid.GetLength(1), [.. valid.Cast<bool>()]);
    }

    /// <summary>A mask of the steps that count in both.</summary>
    /// <param name="other">Of the same sizes.</param>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public SequenceMask And(SequenceMask other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Batch != Batch || other.Steps != Steps)
        {
            throw new ArgumentException(
                $"other is of [{other.Batch},{other.Steps}] steps, must be of [{Batch},{Steps}]",
                nameof(other));
        }

        bool[] both = [.. _valid.Zip(other._valid, (mine, its) => mine && its)];
        return (Source ?? Values ?? other.Source ?? other.Values) is Tensor traced
            ? Where(Batch, Steps, both, ValuesOn(traced.Device) * other.ValuesOn(traced.Device))
            : Where(Batch, Steps, both);
    }

    /// <summary>A mask of [B,T], row by row; the array is kept.</summary>
    /// <param name="batch">B.</param>
    /// <param name="steps">T.</param>
    /// <param name="valid">Which steps count.</param>
    /// <param name="values">The same, traced; null: nothing is.</param>
    internal static SequenceMask Where(int batch, int steps, bool[] valid, Tensor? values = null) => valid.Length > 0
        ? new SequenceMask(batch, steps, valid) { Values = values }
        : throw new ArgumentException("a mask needs at least one step", nameof(valid));

    internal static void CheckLengths(ReadOnlySpan<int> lengths, int least, int steps)
    {
        if (lengths.IsEmpty)
        {
            throw new ArgumentException("there are no lengths", nameof(lengths));
        }

        foreach (int length in lengths)
        {
            if (length < least || length > steps)
            {
                throw new ArgumentException(
                    $"lengths must be {least} to {steps}, one is {length}", nameof(lengths));
            }
        }
    }

    /// <summary>Whether a tensor is [B,T,..].</summary>
    internal bool Fits(Tensor tensor) =>
        tensor.Rank >= 2 && tensor.Shape[0] == Batch && tensor.Shape[1] == Steps;

    /// <summary>A mask of as many steps of each sequence, at the start.</summary>
    internal SequenceMask ToFront()
    {
        SequenceMask front = FromLengths(Steps, _lengths);
        return (Source ?? Values) is Tensor traced
            ? new SequenceMask(Batch, Steps, front._valid) { Source = LengthsOn(traced.Device) }
            : front;
    }

    /// <summary>The lengths as kernels take them, int32 [B].</summary>
    internal Tensor LengthsOn(Device device)
    {
        if (Source is not null)
        {
            return Source;
        }

        Tensor lengths = Tensor.From(_lengths, [Batch], device);
        if (Values is not null)
        {
            device.Trace?.Add(TracedKind.StepCounts, null, lengths, Values);
        }

        return lengths;
    }

    /// <summary>1 where a step counts, else 0: [B,T].</summary>
    internal Tensor ValuesOn(Device device) =>
        Values is not null ? Values
        : Source is not null ? LengthMask.Of(Source, Batch, Steps)
        : Tensor.From([.. _valid.Select(counts => counts ? 1f : 0)], [Batch, Steps], device);

    /// <summary>The steps that count, as places in [B T].</summary>
    internal int[] Places() =>
        [.. Enumerable.Range(0, _valid.Length).Where(place => _valid[place])];
}
