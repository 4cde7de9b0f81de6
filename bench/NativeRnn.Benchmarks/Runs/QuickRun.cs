namespace Benchmarks;

/// <summary>`--quick`: the libraries take turns at each case; a line for each case.</summary>
internal static class QuickRun
{
    /// <param name="cases">In the order in which they run.</param>
    /// <param name="roofline">Null: not measured.</param>
    /// <param name="seconds">For each case.</param>
    public static Row[] Run(IReadOnlyList<Case> cases, Roofline? roofline, double seconds)
    {
        List<Row> rows = [];
        foreach (IGrouping<int, Case> group in cases.GroupBy(one => one.Threads))
        {
            Console.WriteLine();
            Console.WriteLine($"{group.Key} thread{(group.Key > 1 ? "s" : "")}");
            foreach (Case one in group)
            {
                rows.Add(Run(one, roofline, seconds));
                Console.WriteLine(RowText.Line(rows[^1]));
            }
        }

        return [.. rows];
    }

    private static Row Run(Case one, Roofline? roofline, double seconds)
    {
        using Contest contest = Contest.Create(one);
        Agreement agreement = Agreement.Of(contest);
        Dictionary<Library, double> times = [];
        if (agreement.Holds)
        {
            double[] milliseconds = RoundRobin.Milliseconds(contest, seconds);
            for (int at = 0; at < milliseconds.Length; at++)
            {
                times.Add(contest.Contestants[at].Library, milliseconds[at]);
            }
        }

        return Row.Of(one, agreement, times, roofline);
    }
}
