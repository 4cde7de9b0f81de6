using System.Security.Cryptography;
using System.Text;

namespace NativeRnn.Cli.Sentiment;

/// <summary>The sentences of a run.</summary>
/// <param name="Name">A short name, fit for a directory.</param>
/// <param name="Title">What they are, for people.</param>
/// <param name="Reviews">All of them.</param>
internal sealed record ReviewSource(string Name, string Title, Review[] Reviews)
{
    private const int MadeCount = 3000;
    private const long MadeSeed = 1;

    /// <summary>Tells whether two sources hold the same sentences.</summary>
    public string Fingerprint { get; } = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', Reviews.Select(review => $"{review.Label} {review.Text}")))));

    /// <summary>The accuracy of naming the more frequent label always.</summary>
    public static double MajorityAccuracy(IReadOnlyCollection<Review> reviews)
    {
        double positive = reviews.Average(review => review.Label);
        return Math.Max(positive, 1 - positive);
    }

    /// <summary>Reads a directory; null: sentences that the program makes.</summary>
    /// <exception cref="UserErrorException">It cannot be read or holds too few sentences.</exception>
    public static ReviewSource Load(string? directory)
    {
        if (directory is null)
        {
            return new ReviewSource(
                "made-reviews", "made by a small grammar, no real reviews (--data DIR reads real ones)",
                MadeReviews.Create(MadeCount, MadeSeed));
        }

        try
        {
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
            return new ReviewSource(name, directory, SentimentData.Read(directory));
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--data: {error.Message}");
        }
    }

    /// <exception cref="UserErrorException">A label has too few sentences to be dealt into folds.</exception>
    public ReviewSource RequireFolds()
    {
        const int Least = 2 * SentimentSettings.AllFolds;
        foreach ((int label, string name) in new[] { (0, "*.neg"), (1, "*.pos") })
        {
            int count = Reviews.Count(review => review.Label == label);
            if (count < Least)
            {
                throw new UserErrorException(
                    $"--data: {Title} has {count} sentences in {name}, {SentimentSettings.AllFolds} folds need {Least}");
            }
        }

        return this;
    }
}
