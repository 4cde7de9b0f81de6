using System.Diagnostics;

namespace NativeRnn.Diagnostics;

/// <summary>A prediction or a text from its call to its end: its activity, and what the meter tells of it.</summary>
internal sealed class Request : IDisposable
{
    internal const string Predict = "predict";
    internal const string Generate = "generate";

    internal const string Ok = "ok";
    internal const string Cancelled = "cancelled";
    internal const string Invalid = "invalid";
    internal const string Rejected = "rejected";
    internal const string TimedOut = "timeout";
    internal const string Error = "error";

    private readonly string _operation;
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <param name="operation"><see cref="Predict"/> or <see cref="Generate"/>.</param>
    internal Request(string operation)
    {
        _operation = operation;
        Activity = Traces.StartDetached($"nativernn.{operation}");
        ServingMeter.Begin(operation);
    }

    /// <summary>Null: nobody listens.</summary>
    internal Activity? Activity { get; }

    /// <summary>How it ended; one of the constants. An error unless something else is set.</summary>
    internal string Outcome { get; set; } = Error;

    /// <summary>Notes the exception that ends it.</summary>
    internal void Failed(Exception exception)
    {
        Outcome = exception switch
        {
            OperationCanceledException => Cancelled,
            ArgumentException => Invalid,
            TimeoutException => TimedOut,
            _ => Outcome,
        };
        Activity.Failed(exception);
    }

    public void Dispose()
    {
        ServingMeter.End(_operation, Outcome, Stopwatch.GetElapsedTime(_start));
        Activity?.SetTag("nativernn.outcome", Outcome);
        if (Outcome == Error && Activity is { Status: not ActivityStatusCode.Error } failed)
        {
            // An iterator ends without telling by which exception.
            failed.SetStatus(ActivityStatusCode.Error);
        }

        Activity?.StopDetached();
    }
}
