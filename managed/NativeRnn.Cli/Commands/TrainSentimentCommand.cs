using System.CommandLine;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Sentiment;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn train sentiment`: the options and what they mean.</summary>
internal static class TrainSentimentCommand
{
    public static Command Create(Terminal terminal)
    {
        var data = new Option<string?>("--data")
        {
            Description = "A directory with one file *.pos of sentences that praise and one *.neg of those that find " +
                "fault, UTF-8, a sentence a line.",
            HelpName = "DIR",
        };
        Option<int> folds = RangedOption.Create(
            "--folds",
            $"How many of {SentimentSettings.AllFolds} parts are tested on in turn, each by a model that is trained on " +
            "the others; the first is saved.",
            1, 1, SentimentSettings.AllFolds);
        Option<int> epochs = RangedOption.Create(
            "--epochs", "Times that the sentences are read at most.", 20, 1, 1_000_000);
        Option<int> embedding = RangedOption.Create("--embedding", "Numbers that stand for a word.", 100, 1, 65536);
        Option<int> hidden = RangedOption.Create(
            "--hidden", "Units of the LSTM in each direction.", 64, 1, 65536);
        var run = new RunFlags();
        var command = new Command(
            "sentiment",
            "Train a model that tells whether a sentence praises or finds fault, and test it. Without --data: on " +
            "sentences that a small grammar makes. Words start without any knowledge. " +
            $"Ctrl-C saves what was trained and returns {ExitCode.Interrupted}.")
        {
            data, folds, epochs, embedding, hidden,
        };
        foreach (Option option in run.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            SentimentSettings settings = new()
            {
                Data = parsed.GetValue(data),
                Folds = parsed.GetValue(folds),
                Epochs = parsed.GetValue(epochs),
                Embedding = parsed.GetValue(embedding),
                Hidden = parsed.GetValue(hidden),
                Run = run.Read(parsed),
            };
            return SentimentTraining.Run(settings, terminal, interruption.Token);
        });
        return command;
    }
}
