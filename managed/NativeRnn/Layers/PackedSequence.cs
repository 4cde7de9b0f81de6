namespace NativeRnn.Layers;

/// <summary>
/// Sequences of different lengths without padding, as in PyTorch: sorted by length, longest first,
/// step 0 of all of them, then step 1 of those that have one, and so on.
/// </summary>
public sealed class PackedSequence
{
    private PackedSequence(Tensor data, PackLayout layout) => (Data, Layout) = (data, layout);

    /// <summary>The steps, [N,..]: N is the sum of the lengths.</summary>
    public Tensor Data { get; }

    /// <summary>How many sequences have a step 0, 1, ..</summary>
    public IReadOnlyList<int> BatchSizes => Layout.BatchSizes;

    /// <summary>Place k holds sequence SortedIndices[k].</summary>
    public IReadOnlyList<int> SortedIndices => Layout.Sorted;

    /// <summary>Sequence k is at place UnsortedIndices[k].</summary>
    public IReadOnlyList<int> UnsortedIndices => Layout.Unsorted;

    /// <summary>Steps of each sequence, in the order that they were given in.</summary>
    public IReadOnlyList<int> Lengths => Layout.Lengths;

    internal PackLayout Layout { get; }

    /// <summary>Packs padded sequences (<c>pack_padded_sequence</c>).</summary>
    /// <param name="padded">[B,T,..] if batch-first, else [T,B,..].</param>
    /// <param name="lengths">Valid steps of each sequence, 1 to T.</param>
    /// <param name="batchFirst">Which of the first two axes is the batch.</param>
    /// <param name="enforceSorted">Refuse sequences that don't come longest first.</param>
    /// <exception cref="ArgumentException">
    /// The lengths are not B, one is out of range, or they are not sorted.
    /// </exception>
    public static PackedSequence Pack(
        Tensor padded,
        IReadOnlyList<int> lengths,
        bool batchFirst = false,
        bool enforceSorted = true)
    {
        ArgumentNullException.ThrowIfNull(padded);
        ArgumentNullException.ThrowIfNull(lengths);
        if (padded.Rank < 2 || padded.Length == 0)
        {
            throw new ArgumentException(
                $"padded is {Sizes.Text(padded.Shape)}; it must be " +
                $"{(batchFirst ? "[B,T,..]" : "[T,B,..]")} and not empty", nameof(padded));
        }

        (int batch, int steps) = batchFirst
            ? (padded.Shape[0], padded.Shape[1])
            : (padded.Shape[1], padded.Shape[0]);
        if (lengths.Count != batch)
        {
            throw new ArgumentException(
                $"there are {lengths.Count} lengths for {batch} sequences", nameof(lengths));
        }

        SequenceMask.CheckLengths([.. lengths], 1, steps);
        PackLayout layout = LayoutOf(lengths, enforceSorted);
        int[] places = layout.Map(
            (row, step) => batchFirst ? (row * steps) + step : (step * batch) + row);
        return new PackedSequence(
            Rows.Gather(padded, 2, places, [places.Length]), layout);
    }

    /// <inheritdoc cref="Pack(Tensor, IReadOnlyList{int}, bool, bool)"/>
    public static PackedSequence Pack(
        Tensor padded, Tensor lengths, bool batchFirst = false, bool enforceSorted = true)
    {
        Sizes.RequireIndices(lengths, nameof(lengths));
        return Pack(padded, lengths.ToInt32Array(), batchFirst, enforceSorted);
    }

    /// <summary>Packs sequences (<c>pack_sequence</c>).</summary>
    /// <param name="sequences">At least one, each [T_k,..], T_k at least 1, of floats.</param>
    /// <param name="enforceSorted">Refuse sequences that don't come longest first.</param>
    /// <exception cref="ArgumentException">They differ beyond the first axis, or are not sorted.
    /// </exception>
    public static PackedSequence PackSequences(
        IEnumerable<Tensor> sequences, bool enforceSorted = true)
    {
        Tensor[] all = Checked(sequences);
        PackLayout layout = LayoutOf([.. all.Select(tensor => tensor.Shape[0])], enforceSorted);
        int[] starts = Starts(layout.Lengths);
        int[] places = layout.Map((row, step) => starts[row] + step);
        Tensor joined = Tensor.Concat(all, 0);
        return new PackedSequence(Rows.Gather(joined, 1, places, [places.Length]), layout);
    }

    /// <summary>Puts sequences into one tensor (<c>pad_sequence</c>).</summary>
    /// <param name="sequences">At least one, each [T_k,..], T_k at least 1, of floats.</param>
    /// <param name="batchFirst">The result is [B,T,..], else [T,B,..].</param>
    /// <param name="paddingValue">What stands after the shorter ones.</param>
    /// <exception cref="ArgumentException">They differ beyond the first axis.</exception>
    public static Tensor PadSequences(
        IEnumerable<Tensor> sequences, bool batchFirst = false, float paddingValue = 0) =>
        PackSequences(sequences, enforceSorted: false).Pad(batchFirst, paddingValue).Padded;

    /// <summary>The sequences with padding (<c>pad_packed_sequence</c>).</summary>
    /// <param name="batchFirst">The result is [B,T,..], else [T,B,..].</param>
    /// <param name="paddingValue">What stands after the shorter ones.</param>
    /// <param name="totalLength">T, at least the longest's steps; null: those.</param>
    /// <returns>The padded sequences, in the order that they were given in, and their lengths.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="totalLength"/> is too small.</exception>
    public (Tensor Padded, IReadOnlyList<int> Lengths) Pad(
        bool batchFirst = false, float paddingValue = 0, int? totalLength = null)
    {
        int steps = totalLength ?? Layout.Steps;
        if (steps < Layout.Steps)
        {
            throw new ArgumentOutOfRangeException(
                nameof(totalLength), steps,
                $"totalLength must be at least the longest sequence's, {Layout.Steps}");
        }

        int batch = Lengths.Count;
        int[] places = Layout.Map(
            (row, step) => batchFirst ? (row * steps) + step : (step * batch) + row);
        ReadOnlySpan<int> shape = batchFirst ? [batch, steps] : [steps, batch];
        Tensor padded = Rows.Scatter(Data, places, shape);
        return (paddingValue == 0 ? padded : WithPadding(padded, places, shape, paddingValue), Lengths);
    }

    /// <summary>Sequences packed in the same way, with other data [N,..].</summary>
    internal PackedSequence With(Tensor data) => new(data, Layout);

    /// <summary>Packs padded sequences in the same way.</summary>
    internal PackedSequence Repack(Tensor padded, bool batchFirst)
    {
        int batch = Lengths.Count;
        int[] places = Layout.Map(
            (row, step) => batchFirst ? (row * Layout.Steps) + step : (step * batch) + row);
        return With(Rows.Gather(padded, 2, places, [places.Length]));
    }

    private static Tensor WithPadding(
        Tensor padded, int[] places, ReadOnlySpan<int> shape, float value)
    {
        float[] valid = new float[shape[0] * shape[1]];
        Array.ForEach(places, place => valid[place] = 1);
        int[] sizes = new int[padded.Rank];
        Array.Fill(sizes, 1);
        shape.CopyTo(sizes);
        return Tensor.Where(
            Tensor.From(valid, sizes, padded.Device), padded, Tensor.Full([], value, padded.Device));
    }

    private static PackLayout LayoutOf(IReadOnlyList<int> lengths, bool enforceSorted)
    {
        PackLayout layout = new(lengths);
        return layout.IsSorted || !enforceSorted ? layout : throw new ArgumentException(
            $"the lengths are [{string.Join(", ", lengths)}]; they must not rise, or set " +
            "enforceSorted to false", nameof(lengths));
    }

    private static Tensor[] Checked(IEnumerable<Tensor> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        Tensor[] all = [.. sequences];
        if (all.Length == 0)
        {
            throw new ArgumentException("there are no sequences", nameof(sequences));
        }

        foreach (Tensor sequence in all)
        {
            Sizes.RequireFloats(sequence, nameof(sequences));
            if (sequence.Rank == 0 || sequence.Length == 0)
            {
                throw new ArgumentException(
                    $"a sequence is {Sizes.Text(sequence.Shape)}; it must be [T,..] and not empty",
                    nameof(sequences));
            }
        }

        return all;
    }

    private static int[] Starts(int[] lengths)
    {
        int[] starts = new int[lengths.Length];
        for (int row = 1; row < starts.Length; row++)
        {
            starts[row] = starts[row - 1] + lengths[row - 1];
        }

        return starts;
    }
}
