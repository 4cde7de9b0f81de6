using NativeRnn.Plotting;
using static System.FormattableString;

namespace NativeRnn.Cli.Speech;

/// <summary>How many recordings of each digit were heard as which.</summary>
/// <param name="Counts">[said, heard].</param>
internal sealed record DigitScore(int[,] Counts) : SpeechScore
{
    private static readonly string[] Names = [.. Enumerable.Range(0, SpeechData.Labels).Select(label => Invariant($"{label}"))];

    public override IReadOnlyList<(string Name, double Value)> Metrics =>
        [("accuracy", Accuracy), ("majority_accuracy", MajorityAccuracy)];

    public double Accuracy => Enumerable.Range(0, SpeechData.Labels).Sum(label => Counts[label, label]) / Total;

    // Of naming the most frequent digit always.
    private double MajorityAccuracy => Enumerable.Range(0, SpeechData.Labels)
        .Max(label => Enumerable.Range(0, SpeechData.Labels).Sum(heard => Counts[label, heard])) / Total;

    private double Total => Counts.Cast<int>().Sum();

    public static new DigitScore Of(SpeechModel model, IReadOnlyList<SpokenString> sounds)
    {
        int[,] counts = new int[SpeechData.Labels, SpeechData.Labels];
        foreach (SpokenString spoken in sounds)
        {
            double[] probabilities = model.Probabilities(spoken.Sound);
            counts[spoken.Labels[0], Array.IndexOf(probabilities, probabilities.Max())]++;
        }

        return new DigitScore(counts);
    }

    /// <summary>Draws the confusion matrix.</summary>
    public void Draw(string path)
    {
        double[,] values = new double[SpeechData.Labels, SpeechData.Labels];
        Array.Copy(Counts, values, Counts.Length);
        new HeatMapPicture
        {
            Title = Invariant($"{Total} recordings of the test set"),
            XLabel = "heard",
            YLabel = "said",
            RowNames = Names,
            ColumnNames = Names,
            ShowsNumbers = true,
            Values = values,
        }.Save(path);
    }
}
