using System.Globalization;
using NativeRnn.Data;

/// <summary>One spoken word.</summary>
/// <param name="Label">Which of the ten, such as the digit.</param>
/// <param name="Speaker">Who says it.</param>
/// <param name="Index">Which of this speaker's recordings of the word.</param>
/// <param name="Sound">At <see cref="SpeechFeatures.SampleRate"/>.</param>
internal sealed record Recording(int Label, string Speaker, int Index, Waveform Sound);

/// <summary>Recordings that are learnt from, that decide when to stop, and that are tested on.</summary>
internal sealed record SpeechSplit(Recording[] Training, Recording[] Validation, Recording[] Test);

/// <summary>Reads recordings of single words, and divides them.</summary>
internal static class SpeechData
{
    /// <summary>How many words there are: the digits.</summary>
    public const int Labels = 10;

    private const int TestEnd = 5;
    private const int ValidationEnd = 10;

    /// <summary>
    /// Reads the files {digit}_{speaker}_{index}.wav of a directory, or of the directory recordings in it, such as the
    /// Free Spoken Digit Dataset. Those of another sample rate are resampled.
    /// </summary>
    /// <exception cref="InvalidDataException">Something is missing, misnamed or no sound; the message says what.</exception>
    public static Recording[] Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new InvalidDataException($"{directory} is no directory");
        }

        string below = Path.Combine(directory, "recordings");
        string[] files = Directory.GetFiles(directory, "*.wav");
        if (files.Length == 0 && Directory.Exists(below))
        {
            files = Directory.GetFiles(below, "*.wav");
        }

        return files.Length > 0
            ? [.. files.Order(StringComparer.Ordinal).Select(ReadFile)]
            : throw new InvalidDataException($"{directory} has no files *.wav, nor a directory recordings with them");
    }

    /// <summary>
    /// Divides the recordings by their index, as the data set's authors do: 0 to 4 are the test set. 5 to 9 are for
    /// validation.
    /// </summary>
    public static SpeechSplit Split(IReadOnlyList<Recording> recordings) => new(
        [.. recordings.Where(recording => recording.Index >= ValidationEnd)],
        [.. recordings.Where(recording => recording.Index is >= TestEnd and < ValidationEnd)],
        [.. recordings.Where(recording => recording.Index < TestEnd)]);

    private static Recording ReadFile(string path)
    {
        string[] parts = Path.GetFileNameWithoutExtension(path).Split('_');
        if (parts.Length < 3 || !Number(parts[0], out int label) || label >= Labels || !Number(parts[^1], out int index))
        {
            throw new InvalidDataException($"{path} must be named digit_speaker_index.wav, such as 7_george_12.wav");
        }

        Waveform sound = WavFile.Read(path);
        return sound.Samples.Length > 0
            ? new Recording(label, string.Join('_', parts[1..^1]), index, sound.Resample(SpeechFeatures.SampleRate))
            : throw new InvalidDataException($"{path} has no samples");
    }

    private static bool Number(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
