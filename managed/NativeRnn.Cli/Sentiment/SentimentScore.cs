using NativeRnn.Plotting;

namespace NativeRnn.Cli.Sentiment;

/// <summary>How many sentences of each label were judged to have which; scores of folds can be added.</summary>
/// <param name="Counts">[label, judgement].</param>
internal sealed record SentimentScore(int[,] Counts)
{
    private static readonly string[] Labels = ["negative", "positive"];

    public int Total => Counts.Cast<int>().Sum();

    public double Accuracy => (Counts[0, 0] + Counts[1, 1]) / (double)Total;

    public static SentimentScore Of(SentimentModel model, IReadOnlyList<Review> reviews)
    {
        double[] logits = model.Logits([.. reviews.Select(review => review.Words)]);
        int[,] counts = new int[2, 2];
        for (int row = 0; row < logits.Length; row++)
        {
            counts[reviews[row].Label, logits[row] > 0 ? 1 : 0]++;
        }

        return new SentimentScore(counts);
    }

    public static SentimentScore operator +(SentimentScore a, SentimentScore b) => new(new[,]
    {
        { a.Counts[0, 0] + b.Counts[0, 0], a.Counts[0, 1] + b.Counts[0, 1] },
        { a.Counts[1, 0] + b.Counts[1, 0], a.Counts[1, 1] + b.Counts[1, 1] },
    });

    /// <summary>Draws the confusion matrix.</summary>
    public void Draw(string path) => new HeatMapPicture
    {
        Title = FormattableString.Invariant($"{Total} sentences of the test set"),
        XLabel = "judged",
        YLabel = "label",
        RowNames = Labels,
        ColumnNames = Labels,
        ShowsNumbers = true,
        Values = new double[,] { { Counts[0, 0], Counts[0, 1] }, { Counts[1, 0], Counts[1, 1] } },
    }.Save(path);
}
