using System.Diagnostics.Metrics;

namespace NativeRnn.Diagnostics;

/// <summary>
/// The instruments of <see cref="NativeRnnDiagnostics.TrainingMeter"/>. While nobody listens a call costs a look at a
/// field and allocates nothing.
/// </summary>
internal static class TrainingMeter
{
    private static readonly Meter Meter = new(NativeRnnDiagnostics.TrainingMeter);

    private static readonly Counter<long> SamplesCounter = Meter.CreateCounter<long>(
        "nativernn.training.samples", "{sample}", "Rows or characters trained on");

    private static readonly Gauge<double> RateGauge = Meter.CreateGauge<double>(
        "nativernn.training.samples_per_second", "{sample}/s", "Speed of the training that runs");

    private static readonly Gauge<double> LossGauge = Meter.CreateGauge<double>(
        "nativernn.training.loss", "1", "Loss of the last batch, of a language model in nats a character");

    private static readonly Gauge<double> NormGauge = Meter.CreateGauge<double>(
        "nativernn.training.gradient_norm", "1", "Norm of all gradients of the last step before it was clipped");

    private static readonly Counter<long> AllocatedCounter = Meter.CreateCounter<long>(
        "nativernn.training.allocated", "By", "Managed memory that the training's thread allocated, from batch to batch");

    private static readonly ObservableUpDownCounter<long> ObjectsCounter = Meter.CreateObservableUpDownCounter(
        "nativernn.native_objects", static () => Device.LiveNativeObjects, "{object}",
        "Native objects alive in this process: devices, buffers, plans, weights, streams");

    internal static void Add(long samples) => SamplesCounter.Add(samples);

    internal static void Rate(double samplesPerSecond) => RateGauge.Record(samplesPerSecond);

    internal static void Loss(double loss) => LossGauge.Record(loss);

    internal static void GradientNorm(double norm) => NormGauge.Record(norm);

    /// <summary>A batch is done: counts what this thread has allocated since the one before.</summary>
    /// <param name="before">What it had allocated then; 0: not known, nothing is counted.</param>
    internal static void Allocated(ref long before)
    {
        long now = AllocatedCounter.Enabled ? GC.GetAllocatedBytesForCurrentThread() : 0;
        if (before > 0 && now > 0)
        {
            AllocatedCounter.Add(now - before);
        }

        before = now;
    }
}
