namespace NativeRnn.Layers;

/// <summary>
/// How packed sequences lie: sorted by length, longest first, step 0 of all of them, then step 1 of
/// those that have one, and so on.
/// </summary>
internal sealed class PackLayout
{
    private readonly int[] _offsets;

    internal PackLayout(IReadOnlyList<int> lengths)
    {
        Lengths = [.. lengths];
        Sorted = [.. Enumerable.Range(0, Lengths.Length).OrderByDescending(row => Lengths[row])];
        Unsorted = new int[Lengths.Length];
        for (int place = 0; place < Sorted.Length; place++)
        {
            Unsorted[Sorted[place]] = place;
        }

        BatchSizes = [.. Enumerable.Range(0, Lengths.Max())
            .Select(step => Lengths.Count(length => length > step))];
        _offsets = new int[BatchSizes.Length + 1];
        for (int step = 0; step < BatchSizes.Length; step++)
        {
            _offsets[step + 1] = checked(_offsets[step] + BatchSizes[step]);
        }
    }

    /// <summary>Steps of each sequence, in the order that they were given in.</summary>
    internal int[] Lengths { get; }

    /// <summary>Sequences that have a step 0, 1, ..</summary>
    internal int[] BatchSizes { get; }

    /// <summary>Place k holds sequence Sorted[k].</summary>
    internal int[] Sorted { get; }

    /// <summary>Sequence k is at place Unsorted[k].</summary>
    internal int[] Unsorted { get; }

    /// <summary>Steps of the longest.</summary>
    internal int Steps => BatchSizes.Length;

    /// <summary>Steps of all sequences together.</summary>
    internal int Count => _offsets[^1];

    /// <summary>Whether places and sequences are the same.</summary>
    internal bool IsSorted =>
        Lengths.Zip(Lengths.Skip(1)).All(pair => pair.First >= pair.Second);

    /// <summary>The first row of a step.</summary>
    internal int OffsetOf(int step) => _offsets[step];

    /// <summary>For each packed row, what a sequence and its step give.</summary>
    internal int[] Map(Func<int, int, int> place)
    {
        int[] places = new int[Count];
        for (int step = 0; step < Steps; step++)
        {
            for (int row = 0; row < BatchSizes[step]; row++)
            {
                places[_offsets[step] + row] = place(Sorted[row], step);
            }
        }

        return places;
    }
}
