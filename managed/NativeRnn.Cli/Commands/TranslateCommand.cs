using System.CommandLine;
using NativeRnn.Cli.Translation;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn translate`: what a model makes of sentences.</summary>
internal static class TranslateCommand
{
    // Lines that are read before they are translated together, where nobody waits for each.
    private const int LinesTogether = 128;

    public static Command Create(Terminal terminal)
    {
        var model = new Option<string>("--model")
        {
            Description = "A directory that `train translation` saved.",
            HelpName = "DIR",
            Required = true,
        };
        var sentences = new Argument<string[]>("SENTENCE")
        {
            Description = "One or more, each in quotes; none: the lines of the standard input.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var heatmap = new Option<string?>("--heatmap")
        {
            Description = "Draws where the model looked while it wrote each piece of one sentence's translation.",
            HelpName = "PNG",
        };
        Option<int> beam = TrainTranslationCommand.BeamOption();
        var flags = new DeviceFlags();
        var command = new Command("translate", "Translate sentences with a trained model, a line for each.")
        {
            sentences, model, beam, heatmap,
        };
        foreach (Option option in flags.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(model), parsed.GetValue(sentences) ?? [], parsed.GetValue(beam),
            parsed.GetValue(heatmap), flags.Read(parsed), terminal));
        return command;
    }

    private static int Run(
        string directory, string[] sentences, int beam, string? heatmap, DeviceOptions where, Terminal terminal)
    {
        if (Array.Exists(sentences, sentence => TranslationData.Tokenize(sentence).Length == 0))
        {
            throw new UserErrorException("a sentence has no words");
        }

        if (heatmap is not null && sentences.Length != 1)
        {
            throw new UserErrorException($"--heatmap is for one sentence, not for {sentences.Length}");
        }

        using Device device = ToolDevice.Open(where);
        (TranslationModel model, TranslationTask task) = TranslationModel.Load(directory, device);
        IEnumerable<string[]> groups = sentences.Length > 0
            ? [sentences]
            : Lines(Console.In).Chunk(Console.IsInputRedirected ? LinesTogether : 1);
        foreach (string[] group in groups)
        {
            TranslatedSentence?[] translations = Translate(model, task, group, beam);
            foreach (TranslatedSentence? translation in translations)
            {
                terminal.Output.WriteLine(string.Join(' ', translation?.Words ?? []));
            }

            if (heatmap is not null)
            {
                Draw(translations[0]!, heatmap);
            }
        }

        return ExitCode.Done;
    }

    // Null: a line without words.
    private static TranslatedSentence?[] Translate(
        TranslationModel model, TranslationTask task, string[] sentences, int beam)
    {
        string[][] all = [.. sentences.Select(sentence =>
            TranslationData.Tokenize(task.IsLowerCase ? sentence.ToLowerInvariant() : sentence))];
        Queue<TranslatedSentence> translations = new(model.Translate([.. all.Where(words => words.Length > 0)], beam));
        return [.. all.Select(words => words.Length > 0 ? translations.Dequeue() : null)];
    }

    private static void Draw(TranslatedSentence translation, string path)
    {
        if (translation.Pieces.Length == 0)
        {
            throw new UserErrorException("the translation is empty, so there is nothing to draw for --heatmap");
        }

        try
        {
            translation.Draw(path);
        }
        catch (Exception error) when (error
            is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            throw new UserErrorException($"--heatmap {path} cannot be written: {error.Message}");
        }
    }

    private static IEnumerable<string> Lines(TextReader input)
    {
        while (input.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
