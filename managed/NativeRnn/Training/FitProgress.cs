namespace NativeRnn.Training;

/// <summary>How far <c>Fit</c> is.</summary>
public sealed record FitProgress
{
    /// <summary>The epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>All epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>Batches done in this epoch.</summary>
    public required int Batch { get; init; }

    /// <summary>Batches of an epoch.</summary>
    public required int Batches { get; init; }

    /// <summary>The mean loss of this epoch so far.</summary>
    public required double Loss { get; init; }

    /// <summary>Rows a second, since the start.</summary>
    public required double SamplesPerSecond { get; init; }

    /// <summary>Time since the start.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Time that is likely left.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>The epoch's results; null until it ends.</summary>
    public EpochResult? Result { get; init; }
}
