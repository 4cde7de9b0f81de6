namespace NativeRnn.Training;

/// <summary>A point of the loss curve.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="TrainLoss">The mean over its batches, with dropout, in nats a character.</param>
/// <param name="ValidationLoss">After it, in nats a character; null without validation text.</param>
/// <param name="LearningRate">Of its last batch.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record LanguageModelEpoch(
    int Epoch, double TrainLoss, double? ValidationLoss, float LearningRate, double Seconds);
