namespace NativeRnn;

/// <summary>
/// The names under which this library tells what it does, for OpenTelemetry and other listeners:
/// <c>AddMeter(NativeRnnDiagnostics.TrainingMeter)</c>, <c>AddSource(NativeRnnDiagnostics.ActivitySource)</c>. What each
/// instrument and activity tells stands in managed/README.md, <em>Logs, metrics, traces</em>.
/// </summary>
public static class NativeRnnDiagnostics
{
    /// <summary>The meter of trainings: samples, their speed, loss, norm of the gradients, memory.</summary>
    public const string TrainingMeter = "NativeRnn.Training";

    /// <summary>The meter of predictions and generated texts: requests, how long they took, how many run.</summary>
    public const string ServingMeter = "NativeRnn.Serving";

    /// <summary>
    /// The source of the activities <c>nativernn.fit</c>, <c>nativernn.epoch</c>, <c>nativernn.predict</c> and
    /// <c>nativernn.generate</c>.
    /// </summary>
    public const string ActivitySource = "NativeRnn";
}
