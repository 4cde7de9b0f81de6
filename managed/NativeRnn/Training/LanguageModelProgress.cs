namespace NativeRnn.Training;

/// <summary>How far the training of a language model is.</summary>
public sealed record LanguageModelProgress
{
    /// <summary>The epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>All epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>Batches done in this epoch.</summary>
    public required int Batch { get; init; }

    /// <summary>Batches of an epoch.</summary>
    public required int Batches { get; init; }

    /// <summary>The mean loss of this epoch so far, in nats a character.</summary>
    public required double Loss { get; init; }

    /// <summary>The loss of the last validation; null before the first.</summary>
    public required double? ValidationLoss { get; init; }

    /// <summary>Characters trained on a second.</summary>
    public required double CharactersPerSecond { get; init; }

    /// <summary>Time since the start.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Time that is likely left.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>The learning rate of the last batch.</summary>
    public required float LearningRate { get; init; }

    /// <summary>Whether the epoch is over, its validation included.</summary>
    public required bool EpochFinished { get; init; }
}
