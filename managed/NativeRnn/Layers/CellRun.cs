namespace NativeRnn.Layers;

/// <summary>
/// Runs a cell over packed sequences: longest first, so that the rows that still have a step are
/// always the first ones.
/// </summary>
internal sealed class CellRun(RecurrentCell cell, PackLayout layout)
{
    private readonly List<Tensor> _outputs = [];
    private readonly List<Tensor> _lastOutputs = [];
    private readonly List<IReadOnlyList<Tensor>> _lastStates = [];

    /// <param name="input">[B,T,..] or [T,B,..].</param>
    /// <param name="order">Which steps are run.</param>
    /// <param name="batchFirst">Which of the first two axes is the batch.</param>
    /// <param name="start">The state before the first step, each [B,S_k].</param>
    internal void Over(
        Tensor input, StepOrder order, bool batchFirst, IReadOnlyList<Tensor> start)
    {
        if (layout.Count == 0)
        {
            throw new ArgumentException(
                "no step of any sequence counts: there is nothing to run", nameof(input));
        }

        int[] places = layout.Map(
            (row, step) => order.Place(row, order.SourceOf(row, step), batchFirst));
        Tensor data = Rows.Gather(input, 2, places, [places.Length]);
        IReadOnlyList<Tensor> state = layout.IsSorted
            ? start
            : [.. start.Select(tensor =>
                Rows.Gather(tensor, 1, layout.Sorted, [layout.Sorted.Length]))];
        int rows = layout.Lengths.Length;
        for (int step = 0; step < layout.Steps; step++)
        {
            int left = layout.BatchSizes[step];
            if (left < rows)
            {
                state = Finish(state, left);
            }

            rows = left;
            int from = layout.OffsetOf(step);
            CellOutput next = cell.Step(data[from..(from + rows)], state);
            Check(next, rows);
            _outputs.Add(next.Output);
            state = next.State;
        }

        Finish(state, 0);
    }

    /// <summary>The state after each sequence's last step, in the sequences' order.</summary>
    internal IReadOnlyList<Tensor> LastState() =>
        [.. Enumerable.Range(0, cell.StateSizes.Count).Select(
            index => InOrder([.. _lastStates.Select(state => state[index])]))];

    /// <summary>The last output of each sequence; 0 of those without a step.</summary>
    internal Tensor LastOutput()
    {
        int without = layout.Lengths.Length - layout.BatchSizes[0];
        if (without > 0)
        {
            Tensor first = _outputs[0];
            _lastOutputs.Insert(0, Tensor.Zeros([without, .. first.Shape[1..]], first.Device));
        }

        return InOrder(_lastOutputs);
    }

    /// <summary>All outputs where they belong; 0 elsewhere.</summary>
    internal Tensor Outputs(StepOrder order, bool batchFirst, ReadOnlySpan<int> shape)
    {
        int[] places = layout.Map(
            (row, step) => order.Place(row, order.TargetOf(row, step), batchFirst));
        return Rows.Scatter(Tensor.Concat(_outputs, 0), places, shape);
    }

    // Rows from a place on have had their last step; those before go on.
    private IReadOnlyList<Tensor> Finish(IReadOnlyList<Tensor> state, int left)
    {
        _lastStates.Add(left == 0 ? state : [.. state.Select(tensor => tensor[left..])]);
        if (_outputs.Count > 0)
        {
            _lastOutputs.Add(left == 0 ? _outputs[^1] : _outputs[^1][left..]);
        }

        return left == 0 ? [] : [.. state.Select(tensor => tensor[..left])];
    }

    // Those that finish first lie last.
    private Tensor InOrder(List<Tensor> parts)
    {
        Tensor sorted = parts.Count == 1 ? parts[0] : Tensor.Concat([.. Enumerable.Reverse(parts)], 0);
        return layout.IsSorted
            ? sorted
            : Rows.Gather(sorted, 1, layout.Unsorted, [layout.Unsorted.Length]);
    }

    private void Check(in CellOutput next, int rows)
    {
        string name = cell.GetType().Name;
        if (next.Output is null || next.Output.Rank < 2 || next.Output.Shape[0] != rows)
        {
            throw new InvalidOperationException(
                $"{name}.Step gave an output {Text(next.Output)} for {rows} rows; it must be [{rows},O]");
        }

        IReadOnlyList<int> sizes = cell.StateSizes;
        if (next.State is null || next.State.Count != sizes.Count)
        {
            throw new InvalidOperationException(
                $"{name}.Step gave a state of {next.State?.Count ?? 0} tensors, must be {sizes.Count}");
        }

        for (int index = 0; index < sizes.Count; index++)
        {
            if (!next.State[index].Shape.SequenceEqual([rows, sizes[index]]))
            {
                throw new InvalidOperationException(
                    $"{name}.Step gave a state {Text(next.State[index])}; tensor {index} must be " +
                    $"[{rows}, {sizes[index]}]");
            }
        }
    }

    private static string Text(Tensor? tensor) =>
        tensor is null ? "null" : Sizes.Text(tensor.Shape);
}
