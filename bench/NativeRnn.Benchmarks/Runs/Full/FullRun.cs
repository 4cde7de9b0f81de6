using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Benchmarks;

/// <summary>The suite under BenchmarkDotNet, in this process: the peers share it.</summary>
internal static class FullRun
{
    private static readonly Dictionary<Mode, Type> Categories = new()
    {
        [Mode.Forward] = typeof(Forward),
        [Mode.Train] = typeof(TrainStep),
        [Mode.Stream] = typeof(Streaming),
        [Mode.Text] = typeof(EndToEnd),
    };

    /// <param name="cases">What runs.</param>
    /// <param name="roofline">Null: not measured.</param>
    public static Row[] Run(IReadOnlyList<Case> cases, Roofline? roofline)
    {
        CaseBenchmark.Start(cases);
        Type[] classes = [.. cases.Select(one => Categories[one.Mode]).Distinct()];
        Summary[] summaries = BenchmarkRunner.Run(classes, FullConfig.Create(roofline));
        ILookup<string, BenchmarkReport> reports = summaries
            .SelectMany(summary => summary.Reports)
            .Where(report => report.ResultStatistics is not null)
            .ToLookup(report => CaseBenchmark.CaseOf(report.BenchmarkCase).ToString());
        CaseBenchmark.Finish();
        return [.. cases.Select(one => RowOf(one, reports[one.ToString()], roofline))];
    }

    private static Row RowOf(Case one, IEnumerable<BenchmarkReport> reports, Roofline? roofline) => Row.Of(
        one,
        CaseBenchmark.AgreementOf(one),
        reports.ToDictionary(
            report => CaseBenchmark.LibraryOf(report.BenchmarkCase),
            report => report.ResultStatistics!.Median / 1e6),
        roofline);
}
