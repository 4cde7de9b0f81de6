using System.Text;
using NativeRnn.Data;

namespace NativeRnn.Cli.Corpus;

/// <summary>A text to train on.</summary>
/// <param name="Name">A short name, fit for a directory.</param>
/// <param name="Title">What it is, for people.</param>
/// <param name="Text">All of it.</param>
internal sealed record TextCorpus(string Name, string Title, string Text)
{
    /// <summary>Reads a file; null: the sources that are built into the tool.</summary>
    /// <exception cref="UserErrorException">It cannot be read or is no UTF-8 text.</exception>
    public static TextCorpus Load(string? path) => path is null ? DefaultCorpus.Load() : Read(path);

    /// <summary>The text as indices: the beginning for training, the end for validation.</summary>
    /// <param name="validation">The share at the end, 0 to 0.9.</param>
    /// <exception cref="UserErrorException">The text is too short for that.</exception>
    public TextSplit Split(double validation)
    {
        int held = (int)(Text.Length * validation);
        if (Text.Length - held < 2 || (validation > 0 && held < 2))
        {
            throw new UserErrorException(
                $"{Title} is too short to train on ({Text.Length} characters" +
                (validation > 0 ? $", --validation {validation})" : ")"));
        }

        CharVocabulary vocabulary = CharVocabulary.FromText(Text);
        int[] indices = vocabulary.Encode(Text);
        return new TextSplit(vocabulary, indices.AsMemory(0, indices.Length - held),
            indices.AsMemory(indices.Length - held));
    }

    /// <summary>The end of the text as a model's indices.</summary>
    /// <param name="share">Of the text, above 0, at most 1.</param>
    /// <param name="vocabulary">The model's.</param>
    /// <exception cref="UserErrorException">It is too short, or has a character that the model never saw.</exception>
    public int[] End(double share, CharVocabulary vocabulary)
    {
        string end = Text[^(int)(Text.Length * share)..];
        if (end.Length < 2)
        {
            throw new UserErrorException(
                $"{Title} is too short to judge by ({Text.Length} characters, --validation {share})");
        }

        int strange = end.AsSpan().IndexOfAnyExcept(vocabulary.Characters);
        return strange < 0
            ? vocabulary.Encode(end)
            : throw new UserErrorException(
                $"{Title}: the model never saw the character '{end[strange]}' (U+{(int)end[strange]:X4})");
    }

    private static TextCorpus Read(string path)
    {
        if (Directory.Exists(path))
        {
            throw new UserErrorException($"--data {path} is a directory; a text file is needed");
        }

        try
        {
            // Strict: text in another encoding would be trained on as question marks.
            using var reader = new StreamReader(path, new UTF8Encoding(false, true), false);
            string text = reader.ReadToEnd().TrimStart('\uFEFF');
            return new TextCorpus(Path.GetFileNameWithoutExtension(path), path, text);
        }
        catch (FileNotFoundException)
        {
            throw new UserErrorException($"--data {path} does not exist");
        }
        catch (DirectoryNotFoundException)
        {
            throw new UserErrorException($"--data {path} does not exist");
        }
        catch (DecoderFallbackException)
        {
            throw new UserErrorException($"--data {path} is not UTF-8 text");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--data {path} cannot be read: {error.Message}");
        }
    }
}
