namespace NativeRnn.Training;

/// <summary>What <c>Fit</c> did.</summary>
/// <param name="Epochs">The results of each epoch.</param>
public sealed record History(IReadOnlyList<EpochResult> Epochs)
{
    /// <summary>The training losses, one an epoch.</summary>
    public IReadOnlyList<double> Losses => [.. Epochs.Select(epoch => epoch.Training.Loss)];

    /// <summary>The validation losses, one an epoch; empty without validation data.</summary>
    public IReadOnlyList<double> ValidationLosses =>
        [.. Epochs.Where(epoch => epoch.Validation is not null)
            .Select(epoch => epoch.Validation!.Loss)];

    /// <summary>
    /// Batches whose loss or gradients were not finite and that changed no weight; only with
    /// <see cref="FitOptions.SkipNonFinite"/>.
    /// </summary>
    public int SkippedBatches { get; init; }

    /// <summary>Why it ended before its last epoch; null: it did not.</summary>
    public string? StopReason { get; init; }
}
