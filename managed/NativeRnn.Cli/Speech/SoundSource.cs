using static System.FormattableString;

namespace NativeRnn.Cli.Speech;

/// <summary>The recordings of a run.</summary>
/// <param name="Name">A short name, fit for a directory.</param>
/// <param name="Title">What they are, for people.</param>
/// <param name="Split">Which of them are for what.</param>
internal sealed record SoundSource(string Name, string Title, SpeechSplit Split)
{
    /// <summary>Strings that the recordings of the test set are joined to, and those for validation.</summary>
    public const int HeldStrings = 300;

    // Of a word by a speaker: 5 to test on, 5 for validation, the rest to learn from.
    private const int MadeCount = 30;
    private const long MadeSeed = 1;
    private const long ValidationSeed = 1001;
    private const long TestSeed = 1002;

    /// <summary>Reads a directory; null: sounds that the program computes.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static SoundSource Load(string? directory)
    {
        if (directory is null)
        {
            return new SoundSource(
                "made-sounds", "made by a computed voice, no speech of anybody (--data DIR reads recordings)",
                SpeechData.Split(MadeSounds.Create(MadeCount, MadeSeed)));
        }

        try
        {
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
            return new SoundSource(name, directory, SpeechData.Split(SpeechData.Read(directory)));
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--data: {error.Message}");
        }
    }

    /// <exception cref="UserErrorException">There are none to test on.</exception>
    public SoundSource RequireTest() => Require(Split.Test, "0 to 4, the test set");

    /// <exception cref="UserErrorException">A part has no recordings.</exception>
    public SoundSource RequireAll() => RequireTest()
        .Require(Split.Validation, "5 to 9, for validation")
        .Require(Split.Training, "10 and more, to learn from");

    public SpokenString[] Training(SpeechKind kind, int strings, long seed) => Of(Split.Training, kind, strings, seed);

    /// <summary>The same ones for any seed of a run.</summary>
    public SpokenString[] Validation(SpeechKind kind) => Of(Split.Validation, kind, HeldStrings, ValidationSeed);

    /// <summary>The same ones for any seed of a run.</summary>
    public SpokenString[] Test(SpeechKind kind) => Of(Split.Test, kind, HeldStrings, TestSeed);

    private static SpokenString[] Of(Recording[] recordings, SpeechKind kind, int strings, long seed) =>
        kind == SpeechKind.String
            ? SpokenString.Join(recordings, strings, seed)
            : [.. recordings.Select(recording => new SpokenString([recording.Label], recording.Sound))];

    private SoundSource Require(Recording[] part, string what) => part.Length > 0
        ? this
        : throw new UserErrorException(Invariant($"--data: {Title} has no recordings with an index of {what}"));
}
