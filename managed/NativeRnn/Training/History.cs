namespace NativeRnn.Training;

/// <summary>What <see cref="Sequential.Fit"/> did.</summary>
/// <param name="Epochs">The results of each epoch.</param>
public sealed record History(IReadOnlyList<EpochResult> Epochs)
{
    /// <summary>The training losses, one an epoch.</summary>
    public IReadOnlyList<double> Losses => [.. Epochs.Select(epoch => epoch.Training.Loss)];

    /// <summary>The validation losses, one an epoch; empty without validation data.</summary>
    public IReadOnlyList<double> ValidationLosses =>
        [.. Epochs.Where(epoch => epoch.Validation is not null)
            .Select(epoch => epoch.Validation!.Loss)];
}
