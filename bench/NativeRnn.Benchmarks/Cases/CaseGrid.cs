using NativeRnn.Layers;

namespace Benchmarks;

/// <summary>All cases of the suite.</summary>
internal static class CaseGrid
{
    // T, B, H = I: from one sequence in a small cache to weights that fill the last one.
    private static readonly (int Steps, int Batch, int Hidden)[] Sizes =
    [
        (64, 1, 128), (64, 1, 512), (64, 32, 128), (64, 64, 256), (64, 64, 512), (128, 32, 1024),
    ];

    private static readonly int[] StreamSizes = [128, 512];

    /// <summary>One, and one for each core.</summary>
    public static int[] AllThreads { get; } = [.. new[] { 1, Environment.ProcessorCount }.Distinct()];

    /// <summary>The cases of a mode.</summary>
    /// <param name="mode">The mode.</param>
    /// <param name="threads">Counts of threads, each for all shapes.</param>
    /// <param name="filter">
    /// Only those whose text has each of these words; null or empty takes all.
    /// </param>
    public static IEnumerable<Case> Of(Mode mode, IEnumerable<int> threads, string? filter) =>
        from count in threads
        from one in Of(mode, count)
        where Matches(one, filter)
        select one;

    /// <summary>Shapes for checks of the answers: small, odd, each property once a cell.</summary>
    public static IEnumerable<Case> Small(int threads) =>
        from cell in Enum.GetValues<Cell>()
        let shape = new Shape(cell, 5, 3, 19)
        from one in new Case[]
        {
            new(shape, Mode.Forward, threads),
            new(shape, Mode.Train, threads),
            new(shape with { Layers = 2, Input = 7 }, Mode.Train, threads),
            new(shape with { Layers = 2, Bidirectional = true }, Mode.Forward, threads),
            new(shape with { Layers = 2, Bidirectional = true }, Mode.Train, threads),
            new(shape with { Steps = 1, Batch = 1 }, Mode.Stream, threads),
            new(shape with { Steps = 1, Batch = 1 }, Mode.Stream, threads)
            {
                Storage = WeightStorage.BFloat16,
            },
            new(shape with { Steps = 1, Batch = 1 }, Mode.Stream, threads)
            {
                Storage = WeightStorage.Int8,
            },
            new(shape with { Layers = 2, Input = 7 }, Mode.Text, threads),
        }
        select one;

    private static IEnumerable<Case> Of(Mode mode, int threads) => mode switch
    {
        Mode.Text =>
            from cell in new[] { Cell.Lstm, Cell.Gru }
            select new Case(TextModel.Shape(cell), mode, threads),
        Mode.Stream =>
            from cell in Enum.GetValues<Cell>()
            from hidden in StreamSizes
            from storage in Enum.GetValues<WeightStorage>()
            select new Case(new Shape(cell, 1, 1, hidden), mode, threads) { Storage = storage },
        _ =>
            from cell in Enum.GetValues<Cell>()
            from shape in Shapes(cell)
            select new Case(shape, mode, threads),
    };

    private static IEnumerable<Shape> Shapes(Cell cell) =>
    [
        .. Sizes.Select(size => new Shape(cell, size.Steps, size.Batch, size.Hidden)),
        new(cell, 35, 20, 200) { Layers = 2 },
        new(cell, 100, 64, 256) { Layers = 2 },
        new(cell, 64, 32, 256) { Bidirectional = true },
    ];

    private static bool Matches(Case one, string? filter)
    {
        string[] has = one.ToString().Split(' ');
        string[] wanted = filter?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return wanted.All(word => has.Contains(word, StringComparer.OrdinalIgnoreCase));
    }
}
