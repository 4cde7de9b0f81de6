namespace Benchmarks;

/// <summary>Geometric means of the rows of a mode and a number of threads.</summary>
internal sealed record Means(string Mode, int Threads)
{
    public int Rows { get; private init; }

    /// <summary>Null where there was no peer.</summary>
    public double? Ratio { get; private init; }

    /// <summary>Null where the machine's limits were not measured.</summary>
    public double? PeakPercent { get; private init; }

    /// <summary>The row with the smallest ratio.</summary>
    public Row? Least { get; private init; }

    /// <summary>Of all modes and numbers of threads; rows that were not timed are left out.</summary>
    public static IEnumerable<Means> Of(IEnumerable<Row> rows) =>
        from row in rows
        where row.OursMs is not null
        group row by (row.Mode, row.Threads) into part
        select new Means(part.Key.Mode, part.Key.Threads)
        {
            Rows = part.Count(),
            Ratio = Mean(part.Select(row => row.Ratio)),
            PeakPercent = Mean(part.Select(row => row.PeakPercent)),
            Least = part.Where(row => row.Ratio is not null).MinBy(row => row.Ratio),
        };

    public override string ToString() =>
        $"{Mode}, {Threads} thread{(Threads > 1 ? "s" : "")}, {Rows} row{(Rows > 1 ? "s" : "")}, " +
        $"geometric means:{(Ratio is null ? "" : $" ratio={Ratio:F2}")}" +
        $"{(PeakPercent is null ? "" : $" peak={PeakPercent:F0}%")}" +
        $"{(Least is null ? "" : $"; least ratio {Least.Ratio:F2}, {Least.Case.Label}")}";

    private static double? Mean(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>()];
        return known.Length == 0 ? null : Math.Exp(known.Average(Math.Log));
    }
}
