using NativeRnn.Cli.Applications;

namespace NativeRnn.Cli.Sentiment;

/// <summary>What `nativernn train sentiment` is told.</summary>
internal sealed record SentimentSettings
{
    /// <summary>How many parts the sentences are dealt into; each is a test set.</summary>
    public const int AllFolds = 10;

    /// <summary>The directory of the sentences; null: made ones.</summary>
    public string? Data { get; init; }

    /// <summary>How many of the parts are tested on, each by a model of its own.</summary>
    public required int Folds { get; init; }

    /// <summary>Times that the sentences are read at most.</summary>
    public required int Epochs { get; init; }

    /// <summary>Numbers that stand for a word.</summary>
    public required int Embedding { get; init; }

    /// <summary>Units of the recurrent layer in each direction.</summary>
    public required int Hidden { get; init; }

    public required RunSettings Run { get; init; }
}
