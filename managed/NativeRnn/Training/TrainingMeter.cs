using System.Diagnostics.Metrics;

namespace NativeRnn.Training;

/// <summary>The instruments of the meter <c>NativeRnn.Training</c>.</summary>
internal static class TrainingMeter
{
    private static readonly Meter Meter = new("NativeRnn.Training");

    private static readonly Counter<long> SamplesCounter = Meter.CreateCounter<long>(
        "nativernn.training.samples", "{sample}", "Rows or characters trained on");

    private static readonly Gauge<double> RateGauge = Meter.CreateGauge<double>(
        "nativernn.training.samples_per_second", "{sample}/s", "Speed of the training that runs");

    internal static void Add(long samples) => SamplesCounter.Add(samples);

    internal static void Rate(double samplesPerSecond) => RateGauge.Record(samplesPerSecond);
}
