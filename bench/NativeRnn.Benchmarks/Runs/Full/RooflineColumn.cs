using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Benchmarks;

/// <summary>A column of BenchmarkDotNet's tables that follows from the case and the median.</summary>
internal sealed class RooflineColumn : IColumn
{
    private readonly Func<Case, double, double> _value;

    private RooflineColumn(string name, string legend, Func<Case, double, double> value) =>
        (ColumnName, Legend, _value) = (name, legend, value);

    /// <summary>Speed of the products.</summary>
    public static IColumn Gflops { get; } = new RooflineColumn(
        "GFLOP/s", "Multiplications and additions of the products in the median time",
        (one, milliseconds) => one.Flops / milliseconds / 1e6);

    public string Id => $"{nameof(RooflineColumn)}.{ColumnName}";

    public string ColumnName { get; }

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend { get; }

    /// <summary>How near to the least time.</summary>
    public static IColumn Percent(Roofline roofline) => new RooflineColumn(
        "% of floor", "The least time that the machine allows, in percent of the median",
        (one, milliseconds) => 100 * roofline.FloorMilliseconds(one) / milliseconds);

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        summary[benchmarkCase]?.ResultStatistics is { } statistics
            ? $"{_value(CaseBenchmark.CaseOf(benchmarkCase), statistics.Median / 1e6):F1}"
            : "NA";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        GetValue(summary, benchmarkCase);
}
