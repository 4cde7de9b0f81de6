namespace NativeRnn.Cli.Translation;

/// <summary>The sentences of a run.</summary>
/// <param name="Name">A short name, fit for a directory.</param>
/// <param name="Title">What they are, for people.</param>
/// <param name="From">The language to translate.</param>
/// <param name="To">The language of the translations.</param>
/// <param name="Pairs">All of them.</param>
internal sealed record PairSource(string Name, string Title, string From, string To, PairSplit Pairs)
{
    private const int MadeCount = 3000;
    private const long MadeSeed = 1;

    /// <summary>Reads a directory; null: English and German sentences that the program makes.</summary>
    /// <param name="directory">As of --data.</param>
    /// <param name="from">The ending of the files to translate.</param>
    /// <param name="to">The ending of their translations.</param>
    /// <param name="testOnly">Whether only the test set is needed.</param>
    /// <exception cref="UserErrorException">It cannot be read, or the sentences cannot be made.</exception>
    public static PairSource Load(string? directory, string from, string to, bool testOnly = false)
    {
        if (directory is null)
        {
            return (from, to) == ("en", "de")
                ? new PairSource(
                    "made-pairs",
                    "made by a small grammar of times and days, no real texts (--data DIR reads real ones)",
                    from, to, MadePairs.Create(MadeCount, MadeSeed))
                : throw new UserErrorException(
                    $"--from {from} --to {to}: the made sentences are --from en --to de; --data DIR reads others");
        }

        try
        {
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
            PairSplit pairs = testOnly
                ? new PairSplit([], [], TranslationData.ReadTest(directory, from, to))
                : TranslationData.Read(directory, from, to);
            return new PairSource($"{name}-{from}-{to}", directory, from, to, pairs);
        }
        catch (Exception error) when (error
            is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserErrorException($"--data: {error.Message}");
        }
    }
}
