using System.CommandLine;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Training;
using NativeRnn.Layers;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn train text`: the options and what they mean.</summary>
internal static class TrainTextCommand
{
    private static readonly Dictionary<string, RnnCell> Cells = new()
    {
        ["lstm"] = RnnCell.Lstm,
        ["gru"] = RnnCell.Gru,
        ["rnn"] = RnnCell.RnnTanh,
    };

    public static Command Create(Terminal terminal)
    {
        var options = new Options();
        var command = new Command(
            "text",
            "Train a character model on a text. Without --data: on NativeRnn's own sources, as with " +
            $"--max-seconds {TrainTextSettings.DefaultCorpusSeconds:0} " +
            $"--batch {TrainTextSettings.DefaultCorpusBatch}. With --max-seconds, the learning rate is " +
            "lowered in time. " +
            $"Ctrl-C saves what was trained and returns {ExitCode.Interrupted}.");
        foreach (Option option in options.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            return TextTraining.Run(options.Read(parsed), terminal, interruption.Token);
        });
        return command;
    }

    private sealed class Options
    {
        private readonly Option<string?> _data = new("--data")
        {
            Description = "The text, a UTF-8 file.",
            HelpName = "FILE",
        };

        private readonly Option<string> _cell = ParsedOption.Choice("--cell", "Kind of recurrent layer.", Cells.Keys, "lstm");

        private readonly Option<int> _layers = RangedOption.Create(
            "--layers", "Recurrent layers on top of each other.", 1, 1, 64);

        private readonly Option<int> _hidden = RangedOption.Create(
            "--hidden", "Units of each layer.", 512, 1, 65536);

        private readonly Option<int> _embedding = RangedOption.Create(
            "--embedding", "Numbers that stand for a character.", 64, 1, 65536);

        private readonly Option<int> _sequence = RangedOption.Create(
            "--sequence", "Steps through which the gradient runs back.", TrainTextSettings.StandardSequence, 1,
            1_000_000);

        private readonly Option<int> _batch = RangedOption.Create(
            "--batch", "Places of the text that are read side by side.", TrainTextSettings.StandardBatch, 1,
            65536);

        private readonly Option<int> _epochs = RangedOption.Create(
            "--epochs", "Times that the text is read.", 8, 1, 1_000_000);

        private readonly Option<double> _learningRate = RangedOption.Create(
            "--lr", "Learning rate of Adam, at its highest.", 3e-3, 1e-9, 10.0);

        private readonly Option<double> _dropout = RangedOption.Create(
            "--dropout", "Share of each layer's output that is dropped in training.", 0.3, 0, 0.99);

        private readonly Option<double> _clip = RangedOption.Create(
            "--clip", "Longest gradient; 0: any.", 5.0, 0, 1e9);

        private readonly Option<double> _validation = RangedOption.Create(
            "--validation", "Share of the text, at its end, that is kept for validation.", 0.1, 0, 0.9);

        private readonly RunFlags _run = new();

        public IEnumerable<Option> All =>
        [
            _data, _cell, _layers, _hidden, _embedding, _sequence, _batch, _epochs, _learningRate,
            _dropout, _clip, _validation, .. _run.All,
        ];

        public TrainTextSettings Read(ParseResult parsed) => new()
        {
            Data = parsed.GetValue(_data),
            Cell = Cells[parsed.GetRequiredValue(_cell)],
            Layers = parsed.GetValue(_layers),
            Hidden = parsed.GetValue(_hidden),
            Embedding = parsed.GetValue(_embedding),
            Sequence = parsed.GetValue(_sequence),
            Batch = BatchOf(parsed),
            Epochs = parsed.GetValue(_epochs),
            LearningRate = (float)parsed.GetValue(_learningRate),
            Dropout = (float)parsed.GetValue(_dropout),
            Clip = (float)parsed.GetValue(_clip),
            Validation = parsed.GetValue(_validation),
            Run = _run.Read(parsed),
        };

        // What was given, else the standard, which is another one for the default corpus.
        private int BatchOf(ParseResult parsed) =>
            parsed.GetValue(_data) is null && parsed.GetResult(_batch) is not { Implicit: false }
                ? TrainTextSettings.DefaultCorpusBatch
                : parsed.GetValue(_batch);
    }
}
