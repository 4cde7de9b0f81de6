namespace NativeRnn.Training;

/// <summary>Which way a monitored number gets better.</summary>
public enum MonitorMode
{
    /// <summary>Smaller is better: losses, errors.</summary>
    Minimize = 0,

    /// <summary>Larger is better: accuracies.</summary>
    Maximize = 1,
}
