namespace NativeRnn.Training;

/// <summary>How a <see cref="LanguageModelTrainer"/> trains.</summary>
public sealed record LanguageModelTrainingOptions
{
    /// <summary>Times that the whole text is read, at least 1.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Streams that the text is split into, side by side; at least 1.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>Steps that gradients flow back through, at least 1.</summary>
    public int Sequence { get; init; } = 100;

    /// <summary>
    /// The highest learning rate. It rises over the first 40 steps and falls along a half cosine to
    /// a hundredth of this at the end of the last epoch.
    /// </summary>
    public float LearningRate { get; init; } = 2e-3f;

    /// <summary>The gradients' largest norm; 0: they are not clipped.</summary>
    public float Clip { get; init; } = 5;

    /// <summary>
    /// Ends the training after so many seconds, validation included as well as it can be foreseen;
    /// null: no limit.
    /// </summary>
    public double? MaxSeconds { get; init; }

    /// <summary>
    /// Whether the learning rate falls by the clock where <see cref="MaxSeconds"/> will be over
    /// before the epochs are: better weights from a short training, but no longer the same bits each
    /// time. A limit that is not reached changes nothing.
    /// </summary>
    public bool DecayByTime { get; init; }

    /// <summary>The shortest time between two reports of progress.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1, nameof(Epochs));
        ArgumentOutOfRangeException.ThrowIfLessThan(Batch, 1, nameof(Batch));
        ArgumentOutOfRangeException.ThrowIfLessThan(Sequence, 1, nameof(Sequence));
        if (!(LearningRate > 0) || float.IsInfinity(LearningRate))
        {
            throw new ArgumentOutOfRangeException(
                nameof(LearningRate), LearningRate, "LearningRate must be above 0 and finite");
        }

        if (!(Clip >= 0) || float.IsInfinity(Clip))
        {
            throw new ArgumentOutOfRangeException(
                nameof(Clip), Clip, "Clip must be at least 0 and finite");
        }

        if (MaxSeconds is double seconds && !(seconds > 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(MaxSeconds), MaxSeconds, "MaxSeconds must be above 0");
        }
    }
}
