namespace NativeRnn.Training;

/// <summary>What the training of a language model gave.</summary>
public sealed record LanguageModelTrainingResult
{
    /// <summary>
    /// The mean loss of the last epoch, or of what was done of it, in nats a character.
    /// </summary>
    public required double TrainLoss { get; init; }

    /// <summary>
    /// The validation loss of the weights that the model has now; null without validation text.
    /// </summary>
    public required double? ValidationLoss { get; init; }

    /// <summary>The epoch after which the weights were as they are now, from 1.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>Whole epochs done; the curve also has the one that was broken off.</summary>
    public required int Epochs { get; init; }

    /// <summary>Characters trained on a second, without the time for validation.</summary>
    public required double CharactersPerSecond { get; init; }

    /// <summary>The time of everything.</summary>
    public required double Seconds { get; init; }

    /// <summary>The losses, epoch by epoch.</summary>
    public required IReadOnlyList<LanguageModelEpoch> Curve { get; init; }

    /// <summary>Why the training ended.</summary>
    public required TrainingOutcome Outcome { get; init; }
}
