namespace NativeRnn.Models;

/// <summary>
/// The sizes that a model is run with to find out what depends on its free axes. No two axes share a size, a
/// difference or a ratio, so that a size that is met in all trials tells which axes it comes from.
/// </summary>
internal sealed class TrialSizes
{
    internal const int Count = 3;

    private const string Batch = "batch";

    // Of batches first: few rows, since there are as many runs as rows.
    private static readonly int[][] Sizes = [[2, 3, 5], [13, 19, 30], [11, 18, 28], [14, 25, 27], [16, 17, 29]];

    private readonly Dictionary<string, int[]> _sizes = [];

    internal TrialSizes(IEnumerable<OnnxInput> inputs)
    {
        int others = 1;
        foreach (OnnxAxis axis in inputs.SelectMany(input => input.Axes))
        {
            if (axis.Name is not string name)
            {
                continue;
            }

            if (!_sizes.TryGetValue(name, out int[]? known))
            {
                known = name == Batch ? Sizes[0] : SizesOf(others++);
            }

            int missing = Math.Max(0, axis.Size - known[0]);
            _sizes[name] = [.. known.Select(size => size + missing)];
        }
    }

    internal int Of(OnnxAxis axis, int trial) =>
        axis.Name is not string name ? axis.Size
        : _sizes.TryGetValue(name, out int[]? sizes) ? sizes[trial]
        : throw new ArgumentException($"no input has the axis {name}");

    /// <summary>The free axis of this size; null: there is none.</summary>
    internal string? NameOf(TracedSize size) =>
        _sizes.FirstOrDefault(named => new TracedSize(named.Value[0], named.Value[1], named.Value[2]) == size).Key;

    private static int[] SizesOf(int place) => place < Sizes.Length
        ? Sizes[place]
        : [20 + (7 * place), 31 + (11 * place), 40 + (17 * place)];
}
