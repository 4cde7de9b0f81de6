using System.Text;
using NativeRnn.Data;
using NativeRnn.Training;

/// <summary>A sentence and whether it praises.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Label">1: praises; 0: finds fault.</param>
internal sealed record Review(string Text, int Label)
{
    /// <summary>Its words; one unknown word if there are none.</summary>
    public IReadOnlyList<string> Words { get; } =
        WordTokenizer.Tokenize(Text) is { Length: > 0 } words ? words : ["<empty>"];
}

/// <summary>Sentences that are learnt from, that decide when to stop, and that are tested on.</summary>
internal sealed record ReviewSplit(Review[] Training, Review[] Validation, Review[] Test);

/// <summary>Reads sentences with their labels, and divides them.</summary>
internal static class SentimentData
{
    /// <summary>
    /// Reads a directory that holds one file *.pos and one *.neg, UTF-8, with a sentence a line, such as the
    /// rt-polarity data of Pang and Lee (2005).
    /// </summary>
    /// <exception cref="InvalidDataException">Something is missing or no text; the message says what.</exception>
    public static Review[] Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new InvalidDataException($"{directory} is no directory");
        }

        return [.. ReadFile(directory, "*.neg", 0), .. ReadFile(directory, "*.pos", 1)];
    }

    /// <summary>
    /// Divides the sentences into folds, each with as many of each label, and takes one to test on; a tenth of
    /// the others is for validation.
    /// </summary>
    /// <param name="reviews">At least 20 of each label, for ten folds.</param>
    /// <param name="seed">Of the order in which they are dealt out: the same for all folds of a run.</param>
    /// <param name="fold">The one to test on, from 0.</param>
    /// <param name="folds">How many there are.</param>
    public static ReviewSplit Split(IReadOnlyList<Review> reviews, long seed, int fold, int folds = 10)
    {
        List<Review> training = [], validation = [], test = [];
        Random random = new(unchecked((int)seed));
        foreach (IGrouping<int, Review> sameLabel in reviews.GroupBy(review => review.Label))
        {
            Review[] shuffled = [.. sameLabel];
            random.Shuffle(shuffled);
            Review[] others = [.. shuffled.Where((_, place) => place % folds != fold)];
            int held = Math.Max(1, others.Length / 10);
            test.AddRange(shuffled.Where((_, place) => place % folds == fold));
            validation.AddRange(others[..held]);
            training.AddRange(others[held..]);
        }

        return new ReviewSplit([.. training], [.. validation], [.. test]);
    }

    /// <summary>Sentences as indices of their words, in batches of about one length.</summary>
    public static Dataset ToDataset(IReadOnlyList<Review> reviews, WordVocabulary vocabulary) => Dataset
        .FromSamples([.. reviews.Select(review => new Sample(vocabulary.Encode(review.Words), review.Label))])
        .BucketByLength(10, 14, 18, 22, 26, 30, 36).Batch(32);

    private static Review[] ReadFile(string directory, string pattern, int label)
    {
        string[] files = Directory.GetFiles(directory, pattern);
        if (files.Length != 1)
        {
            throw new InvalidDataException($"{directory} has {files.Length} files {pattern}, must have one");
        }

        try
        {
            Review[] reviews = [.. File.ReadLines(files[0], new UTF8Encoding(false, throwOnInvalidBytes: true))
                .Where(line => !string.IsNullOrWhiteSpace(line))
                .Select(line => new Review(line.Trim(), label))];
            return reviews.Length > 0
                ? reviews
                : throw new InvalidDataException($"{files[0]} has no sentences");
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException($"{files[0]} is not UTF-8 text");
        }
    }
}
