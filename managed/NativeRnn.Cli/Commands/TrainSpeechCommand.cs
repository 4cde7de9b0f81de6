using System.CommandLine;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Speech;
using static System.FormattableString;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn train speech`: the options and what they mean.</summary>
internal static class TrainSpeechCommand
{
    // Chosen on the validation recordings of the Free Spoken Digit Dataset.
    private static readonly (int Epochs, int Batch, float Rate) Digit = (15, 32, 2e-3f);
    private static readonly (int Epochs, int Batch, float Rate) String = (12, 16, 3e-3f);

    public static Command Create(Terminal terminal)
    {
        var data = new Option<string?>("--data")
        {
            Description = "A directory of files {digit}_{speaker}_{index}.wav, each of one spoken digit, or with a " +
                "directory recordings of them, such as the Free Spoken Digit Dataset. Index 0 to 4 is the test set, 5 to 9 " +
                "decides when to stop.",
            HelpName = "DIR",
        };
        Option<string> task = ParsedOption.Choice(
            "--task", "What a sound is: one digit, or a string of them.", ["digit", "string"], "digit");
        Option<int> strings = RangedOption.Create(
            "--strings", "Strings that the recordings are joined to, to learn from, with --task string.", 2000, 1, 1_000_000);
        Option<int?> epochs = RangedOption.CreateOptional(
            "--epochs",
            $"Times that the sounds are heard at most; {Digit.Epochs} for digit and {String.Epochs} for string if not given.",
            1, 1_000_000);
        Option<int?> batch = RangedOption.CreateOptional(
            "--batch",
            $"Sounds that are trained on together; {Digit.Batch} for digit and {String.Batch} for string if not given.",
            1, 65536);
        Option<float?> rate = RangedOption.CreateOptional(
            "--lr",
            Invariant($"The highest learning rate; {Digit.Rate} for digit and {String.Rate} for string if not given."),
            1e-7f, 1f);
        Option<int> layers = RangedOption.Create("--layers", "LSTM layers.", 2, 1, 64);
        Option<int> hidden = RangedOption.Create("--hidden", "Units of a layer in each direction.", 64, 1, 65536);
        var run = new RunFlags();
        var command = new Command(
            "speech",
            "Train a model that hears digits, and test it: a single one, or strings of 3 to 7, of which it is told only " +
            "which digits they are and not when (CTC). Without --data: on ten words of a computed voice. " +
            $"Ctrl-C saves what was trained and returns {ExitCode.Interrupted}.")
        {
            data, task, strings, epochs, batch, rate, layers, hidden,
        };
        foreach (Option option in run.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            bool single = parsed.GetValue(task) == "digit";
            (int Epochs, int Batch, float Rate) standard = single ? Digit : String;
            SpeechSettings settings = new()
            {
                Data = parsed.GetValue(data),
                Kind = single ? SpeechKind.Digit : SpeechKind.String,
                Strings = parsed.GetValue(strings),
                Epochs = parsed.GetValue(epochs) ?? standard.Epochs,
                Batch = parsed.GetValue(batch) ?? standard.Batch,
                LearningRate = parsed.GetValue(rate) ?? standard.Rate,
                Layers = parsed.GetValue(layers),
                Hidden = parsed.GetValue(hidden),
                Run = run.Read(parsed),
            };
            return SpeechTraining.Run(settings, terminal, interruption.Token);
        });
        return command;
    }
}
