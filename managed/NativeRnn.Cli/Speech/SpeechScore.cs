namespace NativeRnn.Cli.Speech;

/// <summary>How rightly a model heard some sounds.</summary>
internal abstract record SpeechScore
{
    /// <summary>By their names in the JSON, the main one first.</summary>
    public abstract IReadOnlyList<(string Name, double Value)> Metrics { get; }

    public static SpeechScore Of(SpeechModel model, IReadOnlyList<SpokenString> sounds) =>
        model.Task.Kind == SpeechKind.Digit ? DigitScore.Of(model, sounds) : StringScore.Of(model, sounds);
}
