using NativeRnn.Training;

namespace NativeRnn.Cli.Speech;

/// <summary>How rightly strings were heard.</summary>
/// <param name="WordErrorRate">Digits inserted, left out or mistaken, over the digits said.</param>
/// <param name="Accuracy">The part of the strings in which no digit is wrong.</param>
internal sealed record StringScore(double WordErrorRate, double Accuracy) : SpeechScore
{
    public override IReadOnlyList<(string Name, double Value)> Metrics =>
        [("word_error_rate", WordErrorRate), ("string_accuracy", Accuracy)];

    public static new StringScore Of(SpeechModel model, IReadOnlyList<SpokenString> sounds)
    {
        WordErrorRate errors = new();
        int right = 0;
        foreach (SpokenString spoken in sounds)
        {
            int[] heard = [.. model.Segments(spoken.Sound).Select(segment => segment.Label)];
            errors.Update(heard, spoken.Labels);
            right += heard.SequenceEqual(spoken.Labels) ? 1 : 0;
        }

        return new StringScore(errors.Result, (double)right / sounds.Count);
    }
}
