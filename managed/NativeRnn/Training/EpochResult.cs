namespace NativeRnn.Training;

/// <summary>What an epoch of <c>Fit</c> gave.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Training">Means over the epoch's batches, as the model was at each.</param>
/// <param name="Validation">Of the validation data after the epoch; null without any.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record EpochResult(
    int Epoch, Evaluation Training, Evaluation? Validation, double Seconds);
