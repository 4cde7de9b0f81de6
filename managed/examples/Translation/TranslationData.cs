using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using NativeRnn.Data;
using NativeRnn.Training;

/// <summary>A sentence and its translation, as words and marks.</summary>
internal sealed record SentencePair(string[] Source, string[] Target);

/// <summary>Pairs that are learnt from, that decide which weights are kept, and that are tested on.</summary>
internal sealed record PairSplit(SentencePair[] Training, SentencePair[] Validation, SentencePair[] Test);

/// <summary>Reads texts in two languages.</summary>
internal static partial class TranslationData
{
    // In targets, after the end of a sentence: the loss leaves it out.
    private const int Nothing = -1;

    /// <summary>
    /// Reads a directory with a file of each language for training, validation and test, such as Multi30k's
    /// train.en, val.en, test_2016_flickr.en and the same in German: UTF-8, one sentence a line, its words and
    /// marks separated by spaces. Pairs with an empty side are left out; what Moses' tokenizer escapes, such as
    /// &amp;apos;, is what it stands for.
    /// </summary>
    /// <param name="directory">Has one file *train*.en, one *val*.en, one *test*.en, and so on.</param>
    /// <param name="from">The ending of the files to translate, such as en.</param>
    /// <param name="to">The ending of their translations, such as de.</param>
    /// <exception cref="InvalidDataException">Something is missing or does not fit; the message says what.</exception>
    public static PairSplit Read(string directory, string from, string to) => new(
        ReadPart(directory, "train", from, to), ReadPart(directory, "val", from, to), ReadTest(directory, from, to));

    /// <summary>Reads the files for the test only.</summary>
    /// <inheritdoc cref="Read"/>
    public static SentencePair[] ReadTest(string directory, string from, string to) =>
        ReadPart(directory, "test", from, to);

    /// <summary>Pairs as tokens, in batches of about one length; each translation with the end token.</summary>
    public static Dataset ToDataset(
        IReadOnlyList<SentencePair> pairs, SubwordVocabulary source, SubwordVocabulary target, int batch = 64) => Dataset
        .FromSamples([.. pairs.Select(pair => new Sample(
            source.Encode(pair.Source), (int[])[.. target.Encode(pair.Target), target.EndToken]))])
        .Pad(target: Nothing).BucketByLength(9, 11, 13, 15, 17, 20, 24, 30).Batch(batch);

    /// <summary>Splits a sentence that somebody typed as the texts are: marks stand alone, hyphens stay in words.</summary>
    public static string[] Tokenize(string sentence) =>
        [.. Word().Matches(sentence).Select(match => match.Value)];

    private static SentencePair[] ReadPart(string directory, string part, string from, string to)
    {
        string source = FindFile(directory, $"*{part}*.{from}"), target = FindFile(directory, $"*{part}*.{to}");
        string[][] sources = ReadLines(source), targets = ReadLines(target);
        if (sources.Length != targets.Length)
        {
            throw new InvalidDataException(
                $"{source} has {sources.Length} lines, {target} has {targets.Length}: they must have as many");
        }

        SentencePair[] pairs = [.. sources.Zip(targets, (left, right) => new SentencePair(left, right))
            .Where(pair => pair.Source.Length > 0 && pair.Target.Length > 0)];
        return pairs.Length > 0 ? pairs : throw new InvalidDataException($"{source} has no sentences");
    }

    private static string FindFile(string directory, string pattern)
    {
        string[] files = Directory.Exists(directory)
            ? Directory.GetFiles(directory, pattern)
            : throw new InvalidDataException($"{directory} is no directory");
        return files.Length == 1
            ? files[0]
            : throw new InvalidDataException($"{directory} has {files.Length} files {pattern}, must have one");
    }

    private static string[][] ReadLines(string path)
    {
        try
        {
            return [.. File.ReadLines(path, new UTF8Encoding(false, throwOnInvalidBytes: true))
                .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                .Select(words => words.Select(WebUtility.HtmlDecode).OfType<string>().ToArray())];
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException($"{path} is not UTF-8 text");
        }
    }

    [GeneratedRegex(@"\w+(?:-\w+)*|'\w+|\.\.\.|[^\w\s]")]
    private static partial Regex Word();
}
