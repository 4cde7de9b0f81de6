using System.CommandLine;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Speech;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn train speech`: the options and what they mean.</summary>
internal static class TrainSpeechCommand
{
    private const int DigitEpochs = 15;
    private const int StringEpochs = 12;

    public static Command Create(Terminal terminal)
    {
        var data = new Option<string?>("--data")
        {
            Description = "A directory of files {digit}_{speaker}_{index}.wav, each of one spoken digit, or with a " +
                "directory recordings of them, such as the Free Spoken Digit Dataset. Index 0 to 4 is the test set, 5 to 9 " +
                "decides when to stop.",
            HelpName = "DIR",
        };
        Option<string> task = Task();
        Option<int> strings = RangedOption.Create(
            "--strings", "Strings that the recordings are joined to, to learn from, with --task string.", 2000, 1, 1_000_000);
        Option<int?> epochs = RangedOption.CreateOptional(
            "--epochs",
            $"Times that the sounds are heard at most; {DigitEpochs} for digit and {StringEpochs} for string if not given.",
            1, 1_000_000);
        Option<int> batch = RangedOption.Create("--batch", "Sounds that are trained on together.", 32, 1, 65536);
        Option<float> rate = RangedOption.Create("--lr", "The highest learning rate.", 2e-3f, 1e-7f, 1f);
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
            SpeechSettings settings = new()
            {
                Data = parsed.GetValue(data),
                Kind = single ? SpeechKind.Digit : SpeechKind.String,
                Strings = parsed.GetValue(strings),
                Epochs = parsed.GetValue(epochs) ?? (single ? DigitEpochs : StringEpochs),
                Batch = parsed.GetValue(batch),
                LearningRate = parsed.GetValue(rate),
                Layers = parsed.GetValue(layers),
                Hidden = parsed.GetValue(hidden),
                Run = run.Read(parsed),
            };
            return SpeechTraining.Run(settings, terminal, interruption.Token);
        });
        return command;
    }

    private static Option<string> Task()
    {
        var task = new Option<string>("--task")
        {
            Description = "What a sound is: one digit, or a string of them.",
            HelpName = "digit|string",
            DefaultValueFactory = _ => "digit",
        };
        task.Validators.Add(result =>
        {
            string name = result.GetValueOrDefault<string>() ?? "";
            if (name is not ("digit" or "string"))
            {
                result.AddError($"--task must be digit or string, not '{name}'");
            }
        });
        return task;
    }
}
