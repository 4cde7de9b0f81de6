namespace NativeRnn.Training;

/// <summary>Why a training ended.</summary>
public enum TrainingOutcome
{
    /// <summary>All epochs are done.</summary>
    Completed = 0,

    /// <summary>Its time was over.</summary>
    OutOfTime = 1,

    /// <summary>It was cancelled.</summary>
    Cancelled = 2,
}
