namespace NativeRnn.Layers;

/// <summary>
/// Which steps of padded sequences are run, in which order, and where their outputs go. Step k of a
/// row is run on its k-th step that counts, or, backwards, on the k-th from the end; its output goes
/// to the k-th step that counts.
/// </summary>
internal sealed class StepOrder
{
    private readonly int _batch;
    private readonly int _steps;
    private readonly bool _reversed;
    private readonly int[] _places;

    /// <param name="mask">Which steps count.</param>
    /// <param name="reversed">Whether the last step is run first.</param>
    internal StepOrder(SequenceMask mask, bool reversed)
    {
        (_batch, _steps, _reversed) = (mask.Batch, mask.Steps, reversed);
        Mask = mask;
        _places = new int[_batch * _steps];
        for (int row = 0; row < _batch; row++)
        {
            Sort(mask, row);
        }
    }

    internal SequenceMask Mask { get; }

    /// <summary>The sequences with the steps to run in front, in the order of the run.</summary>
    internal Tensor ToFront(Tensor x, bool batchFirst)
    {
        int mark = OperationTrace.Mark(x.Device);
        int[] places = new int[_batch * _steps];
        Each((row, step) =>
            places[Place(row, step, batchFirst)] = Place(row, SourceOf(row, step), batchFirst));
        return Traced(
            mark, Rows.Gather(x, 2, places, x.Shape[..2]), x, new(_reversed, Back: false, batchFirst));
    }

    /// <summary>Outputs in the order of the run, at the steps where they belong.</summary>
    internal Tensor FromFront(Tensor y, bool batchFirst)
    {
        if (Mask.IsRightPadded)
        {
            return y;
        }

        int mark = OperationTrace.Mark(y.Device);
        int[] places = new int[_batch * _steps];
        Each((row, step) =>
            places[Place(row, TargetOf(row, step), batchFirst)] = Place(row, step, batchFirst));
        return Traced(
            mark, Rows.Gather(y, 2, places, y.Shape[..2]), y, new(Reversed: false, Back: true, batchFirst));
    }

    /// <summary>Outputs in the order of the run, at the steps that they were run on.</summary>
    internal Tensor ToSources(Tensor y, bool batchFirst)
    {
        int mark = OperationTrace.Mark(y.Device);
        int[] places = new int[_batch * _steps];
        Each((row, step) =>
            places[Place(row, SourceOf(row, step), batchFirst)] = Place(row, step, batchFirst));
        return Traced(
            mark, Rows.Gather(y, 2, places, y.Shape[..2]), y, new(_reversed, Back: true, batchFirst));
    }

    /// <summary>The step that the step'th of the run reads.</summary>
    internal int SourceOf(int row, int step)
    {
        int length = Mask.Lengths[row];
        int at = _reversed && step < length ? length - 1 - step : step;
        return _places[(row * _steps) + at];
    }

    /// <summary>The step that the step'th output of the run belongs to.</summary>
    internal int TargetOf(int row, int step) => _places[(row * _steps) + step];

    /// <summary>A step's row in [B,T,..] or [T,B,..].</summary>
    internal int Place(int row, int step, bool batchFirst) =>
        batchFirst ? (row * _steps) + step : (step * _batch) + row;

    // Rows that are padded at the end are reversed, there and back, by one operation; those of other masks are sorted.
    // A mask that is not traced stays what it is: places that the host has found.
    private Tensor Traced(int mark, Tensor y, Tensor x, TracedOrder order)
    {
        if (x.Device.Trace is not { } trace)
        {
            return y;
        }

        if (Mask.Values is not null)
        {
            trace.Fuse(mark, TracedKind.Order, order, [y], [x, Mask.Values]);
        }
        else if (order.Reversed && (Mask.IsFull || Mask.Source is not null))
        {
            trace.Fuse(mark, TracedKind.Reverse, order.BatchFirst, [y], [x, Mask.Source]);
        }

        return y;
    }

    private void Each(Action<int, int> action)
    {
        for (int row = 0; row < _batch; row++)
        {
            for (int step = 0; step < _steps; step++)
            {
                action(row, step);
            }
        }
    }

    // The steps that count come first, then the others.
    private void Sort(SequenceMask mask, int row)
    {
        int front = row * _steps;
        int back = front + mask.Lengths[row];
        for (int step = 0; step < _steps; step++)
        {
            _places[mask[row, step] ? front++ : back++] = step;
        }
    }
}
