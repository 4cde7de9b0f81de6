namespace NativeRnn.Cli.Speech;

/// <summary>What is recognised.</summary>
internal enum SpeechKind
{
    /// <summary>A recording is one digit.</summary>
    Digit,

    /// <summary>A recording is some digits, one after the other.</summary>
    String,
}
