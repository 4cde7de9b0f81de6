using NativeRnn.Cli.Applications;

namespace NativeRnn.Cli.Translation;

/// <summary>What `nativernn train translation` is told.</summary>
internal sealed record TranslationSettings
{
    /// <summary>The directory of the texts; null: made ones.</summary>
    public string? Data { get; init; }

    /// <summary>The ending of the files to translate.</summary>
    public required string From { get; init; }

    /// <summary>The ending of their translations.</summary>
    public required string To { get; init; }

    /// <summary>Times that the pairs are read at most.</summary>
    public required int Epochs { get; init; }

    /// <summary>Merges of byte-pair encoding in each language.</summary>
    public required int Merges { get; init; }

    /// <summary>Numbers that stand for a piece of a word.</summary>
    public required int Embedding { get; init; }

    /// <summary>Units of the decoder, and of both directions of the encoder together.</summary>
    public required int Hidden { get; init; }

    /// <summary>Sentences that beam search keeps at each step.</summary>
    public required int Beam { get; init; }

    public required RunSettings Run { get; init; }
}
