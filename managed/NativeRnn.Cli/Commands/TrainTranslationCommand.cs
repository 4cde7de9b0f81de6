using System.CommandLine;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Translation;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn train translation`: the options and what they mean.</summary>
internal static class TrainTranslationCommand
{
    public static Command Create(Terminal terminal)
    {
        var data = new Option<string?>("--data")
        {
            Description = "A directory with one file *train*.LANG, one *val*.LANG and one *test*.LANG of each language, " +
                "UTF-8, a sentence a line, its words and marks separated by spaces; line N of one is the translation of " +
                "line N of the other.",
            HelpName = "DIR",
        };
        Option<string> from = Language("--from", "The ending LANG of the files to translate.", "en");
        Option<string> to = Language("--to", "The ending LANG of their translations.", "de");
        Option<int> epochs = RangedOption.Create(
            "--epochs", "Times that the pairs are read at most; the learning rate falls to the last.", 7, 1, 1_000_000);
        Option<int> merges = RangedOption.Create(
            "--merges", "Merges of byte-pair encoding in each language, about the number of pieces of words.",
            4000, 0, 1_000_000);
        Option<int> embedding = RangedOption.Create("--embedding", "Numbers that stand for a piece.", 192, 1, 65536);
        Option<int> hidden = RangedOption.Create(
            "--hidden", "Units of the decoder, and of the encoder's two directions together; even.", 256, 2, 65536);
        Option<int> beam = BeamOption();
        var run = new RunFlags();
        var command = new Command(
            "translation",
            "Train a model that translates sentences, and test it by BLEU. Without --data: on English and German " +
            "sentences about times and days that a small grammar makes. Words start without any knowledge. " +
            $"Ctrl-C saves what was trained and returns {ExitCode.Interrupted}.")
        {
            data, from, to, epochs, merges, embedding, hidden, beam,
        };
        foreach (Option option in run.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            TranslationSettings settings = new()
            {
                Data = parsed.GetValue(data),
                From = parsed.GetRequiredValue(from),
                To = parsed.GetRequiredValue(to),
                Epochs = parsed.GetValue(epochs),
                Merges = parsed.GetValue(merges),
                Embedding = parsed.GetValue(embedding),
                Hidden = Even(parsed.GetValue(hidden)),
                Beam = parsed.GetValue(beam),
                Run = run.Read(parsed),
            };
            return TranslationTraining.Run(settings, terminal, interruption.Token);
        });
        return command;
    }

    /// <summary>How wide the search is: of all commands that translate.</summary>
    public static Option<int> BeamOption() => RangedOption.Create(
        "--beam", "Translations of a sentence that the search keeps at each step; 1: only the likeliest.", 5, 1, 100);

    private static int Even(int hidden) => hidden % 2 == 0
        ? hidden
        : throw new UserErrorException($"--hidden must be even, not {hidden}: it is divided by two directions");

    private static Option<string> Language(string name, string description, string standard)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = "LANG",
            DefaultValueFactory = _ => standard,
        };
        option.Validators.Add(result =>
        {
            string text = result.GetValueOrDefault<string>() ?? "";
            if (text.Length == 0 || !text.All(character => char.IsLetterOrDigit(character) || character is '-' or '_'))
            {
                result.AddError($"{name} must be the ending of files, such as {standard}, not '{text}'");
            }
        });
        return option;
    }
}
