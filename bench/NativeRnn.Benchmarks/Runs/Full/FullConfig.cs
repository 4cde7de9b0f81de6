using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Csv;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using BenchmarkDotNet.Validators;
using Perfolizer.Horology;

namespace Benchmarks;

/// <summary>How BenchmarkDotNet measures and what it shows.</summary>
internal static class FullConfig
{
    // The longest case takes seconds a call, the shortest microseconds.
    private const int WarmUps = 2;
    private const int Iterations = 11;
    private const int CaseWidth = 60;
    private static readonly TimeInterval Iteration = TimeInterval.FromMilliseconds(100);

    /// <param name="roofline">Null: not measured, its columns are left out.</param>
    public static IConfig Create(Roofline? roofline)
    {
        Job job = Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(WarmUps)
            .WithIterationCount(Iterations)
            .WithIterationTime(Iteration)
            .WithUnrollFactor(1);
        ManualConfig config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddFilter(new SimpleFilter(
                benchmark => PeerStatus.Has(CaseBenchmark.LibraryOf(benchmark))))
            .AddLogger(ConsoleLogger.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddColumn(StatisticColumn.Median)
            .AddExporter(MarkdownExporter.GitHub, CsvExporter.Default)
            .AddValidator(JitOptimizationsValidator.FailOnError, BaselineValidator.FailOnError)
            .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(CaseWidth))
            .WithOptions(ConfigOptions.DisableLogFile);
        return roofline is null
            ? config
            : config.AddColumn(RooflineColumn.Gflops, RooflineColumn.Percent(roofline));
    }
}
