using NativeRnn.Cli.Applications;

namespace NativeRnn.Cli.Speech;

/// <summary>What `nativernn train speech` is told.</summary>
internal sealed record SpeechSettings
{
    /// <summary>The directory of the recordings; null: computed sounds.</summary>
    public string? Data { get; init; }

    public required SpeechKind Kind { get; init; }

    /// <summary>Strings that recordings are joined to, for training.</summary>
    public required int Strings { get; init; }

    /// <summary>Times that the sounds are heard at most.</summary>
    public required int Epochs { get; init; }

    /// <summary>Sounds that are trained on together.</summary>
    public required int Batch { get; init; }

    /// <summary>The highest rate.</summary>
    public required float LearningRate { get; init; }

    /// <summary>Recurrent layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Units of a layer in each direction.</summary>
    public required int Hidden { get; init; }

    public required RunSettings Run { get; init; }
}
