using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace NativeRnn.Diagnostics;

/// <summary>The instruments of <see cref="NativeRnnDiagnostics.ServingMeter"/>.</summary>
internal static class ServingMeter
{
    private const string Operation = "operation";
    private const string Outcome = "outcome";

    private static readonly Meter Meter = new(NativeRnnDiagnostics.ServingMeter);

    private static readonly Counter<long> RequestsCounter = Meter.CreateCounter<long>(
        "nativernn.serving.requests", "{request}", "Predictions and texts that ended");

    private static readonly Histogram<double> DurationHistogram = Meter.CreateHistogram(
        "nativernn.serving.duration", "s", "From the call to its end, waiting included", tags: null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries =
                [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        });

    private static readonly UpDownCounter<long> ActiveCounter = Meter.CreateUpDownCounter<long>(
        "nativernn.serving.active", "{request}", "Predictions and texts that wait or run");

    private static readonly Counter<long> CharactersCounter = Meter.CreateCounter<long>(
        "nativernn.serving.characters", "{character}", "Characters that were generated");

    internal static void Begin(string operation) => ActiveCounter.Add(1, new KeyValuePair<string, object?>(Operation, operation));

    internal static void End(string operation, string outcome, TimeSpan duration)
    {
        ActiveCounter.Add(-1, new KeyValuePair<string, object?>(Operation, operation));
        TagList tags = new() { { Operation, operation }, { Outcome, outcome } };
        RequestsCounter.Add(1, tags);
        DurationHistogram.Record(duration.TotalSeconds, tags);
    }

    internal static void Characters(long count) => CharactersCounter.Add(count);
}
