using System.Diagnostics;

namespace NativeRnn.Diagnostics;

/// <summary>
/// The activities of <see cref="NativeRnnDiagnostics.ActivitySource"/>. While nobody listens none is made.
/// </summary>
internal static class Traces
{
    private static readonly ActivitySource Source = new(NativeRnnDiagnostics.ActivitySource);

    /// <summary>Starts an activity and makes it the current one; disposing it ends it. Null: nobody listens.</summary>
    internal static Activity? Start(string name) => Source.StartActivity(name);

    /// <summary>
    /// Starts an activity that never becomes the current one, since it may end in another call or on another thread,
    /// as that of an iterator does. <see cref="StopDetached"/> ends it.
    /// </summary>
    internal static Activity? StartDetached(string name)
    {
        Activity? current = Activity.Current;
        Activity? activity = Source.StartActivity(name);
        if (activity is not null)
        {
            Activity.Current = current;
        }

        return activity;
    }

    internal static void StopDetached(this Activity activity)
    {
        Activity? current = Activity.Current;
        activity.Stop();
        Activity.Current = current;
    }

    /// <summary>Notes what ended an activity: as an error, unless it was cancelled.</summary>
    internal static void Failed(this Activity? activity, Exception exception)
    {
        if (exception is OperationCanceledException)
        {
            activity?.SetTag("nativernn.cancelled", true);
            return;
        }

        activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
        activity?.SetTag("error.type", exception.GetType().FullName);
        activity?.AddException(exception);
    }

    /// <summary>For people: <c>cpu</c> or <c>cuda:0</c>.</summary>
    internal static string Name(this Device device) =>
        device.Kind == DeviceKind.Cpu ? "cpu" : $"cuda:{device.Index}";
}
