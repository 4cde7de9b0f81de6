namespace NativeRnn.Training;

/// <summary>How a metric of single classes becomes one of all.</summary>
public enum ClassAverage
{
    /// <summary>
    /// The mean of the classes that occur in targets or answers: rare ones count as much as others.
    /// </summary>
    Macro = 0,

    /// <summary>
    /// From the counts of all classes together. Each row has one class and one answer, so that
    /// precision, recall and F1 are then the accuracy.
    /// </summary>
    Micro = 1,
}
