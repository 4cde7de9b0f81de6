using NativeRnn.Data;
using NativeRnn.Formats;
using NativeRnn.Training;

namespace NativeRnn.Cli.Corpus;

/// <summary>The model of a directory that `train text` saved.</summary>
internal static class TextModel
{
    /// <exception cref="UserErrorException">There is none, or it is damaged.</exception>
    public static (LanguageModel Model, CharVocabulary Vocabulary) Load(string directory, Device device)
    {
        try
        {
            return LanguageModelDirectory.Load(directory, device);
        }
        catch (Exception error) when (error
            is IOException or ModelFormatException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserErrorException($"--model: {error.Message}");
        }
    }
}
