namespace NativeRnn.Data;

/// <summary>Makes lists of different lengths one tensor, as Keras' <c>pad_sequences</c>.</summary>
public static class SequencePadding
{
    /// <summary>Pads and cuts lists of integers, such as tokens.</summary>
    /// <param name="sequences">At least one list; lists may be empty.</param>
    /// <param name="maxLength">T, at least 1; null: the longest list's length.</param>
    /// <param name="padding">
    /// Where shorter ones are filled up. <see cref="PaddingSide.Post"/> is faster to train on: no
    /// step has to be moved.
    /// </param>
    /// <param name="truncating">Where longer ones are cut.</param>
    /// <param name="value">What fills up.</param>
    /// <param name="device">Null: <see cref="Device.Default"/>.</param>
    /// <returns>int32 [N,T].</returns>
    /// <exception cref="ArgumentException">There are no lists, or all are empty.</exception>
    public static Tensor PadSequences(
        IEnumerable<IReadOnlyList<int>> sequences,
        int? maxLength = null,
        PaddingSide padding = PaddingSide.Pre,
        PaddingSide truncating = PaddingSide.Pre,
        int value = 0,
        Device? device = null)
    {
        (int[] values, int[] shape) = Pad(sequences, maxLength, padding, truncating, value);
        return Tensor.From(values, shape, device);
    }

    /// <summary>Pads and cuts lists of numbers.</summary>
    /// <returns>Floats, [N,T].</returns>
    /// <inheritdoc cref="PadSequences(IEnumerable{IReadOnlyList{int}}, int?, PaddingSide, PaddingSide, int, Device?)"/>
    public static Tensor PadSequences(
        IEnumerable<IReadOnlyList<float>> sequences,
        int? maxLength = null,
        PaddingSide padding = PaddingSide.Pre,
        PaddingSide truncating = PaddingSide.Pre,
        float value = 0,
        Device? device = null)
    {
        (float[] values, int[] shape) = Pad(sequences, maxLength, padding, truncating, value);
        return Tensor.From(values, shape, device);
    }

    private static (T[] Values, int[] Shape) Pad<T>(
        IEnumerable<IReadOnlyList<T>> sequences,
        int? maxLength,
        PaddingSide padding,
        PaddingSide truncating,
        T value)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        Require(padding, nameof(padding));
        Require(truncating, nameof(truncating));
        IReadOnlyList<T>[] lists = [.. sequences];
        int length = maxLength ?? lists.Select(list => list.Count).DefaultIfEmpty().Max();
        if (lists.Length == 0 || (maxLength is null && length == 0))
        {
            throw new ArgumentException(
                $"there are {lists.Length} sequences, the longest of {length} steps; there must be " +
                "one with a step", nameof(sequences));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1, nameof(maxLength));
        T[] values = new T[checked(lists.Length * length)];
        Array.Fill(values, value);
        for (int row = 0; row < lists.Length; row++)
        {
            int count = Math.Min(lists[row].Count, length);
            int from = truncating == PaddingSide.Pre ? lists[row].Count - count : 0;
            int to = (row * length) + (padding == PaddingSide.Pre ? length - count : 0);
            for (int step = 0; step < count; step++)
            {
                values[to + step] = lists[row][from + step];
            }
        }

        return (values, [lists.Length, length]);
    }

    private static void Require(PaddingSide side, string name)
    {
        if (!Enum.IsDefined(side))
        {
            throw new ArgumentOutOfRangeException(name, side, $"{name} must be Pre or Post");
        }
    }
}
