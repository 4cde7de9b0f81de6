using System.CommandLine;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Forecasting;
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn train forecast`: the options and what they mean.</summary>
internal static class TrainForecastCommand
{
    private const string DefaultSplit = "80%,10%,10%";
    private const string DefaultSplitBesideTest = "90%,10%";

    private static readonly Dictionary<string, RnnCell> Cells = new()
    {
        ["lstm"] = RnnCell.Lstm,
        ["gru"] = RnnCell.Gru,
        ["rnn"] = RnnCell.RnnTanh,
    };

    private static readonly Dictionary<string, WindowNormalization> Normalizations = new()
    {
        ["none"] = WindowNormalization.None,
        ["last"] = WindowNormalization.LastValue,
        ["step"] = WindowNormalization.LastValueAndStep,
    };

    private static readonly Dictionary<string, CalendarCycles> Cycles = new()
    {
        ["none"] = CalendarCycles.None,
        ["day"] = CalendarCycles.Day,
        ["week"] = CalendarCycles.Week,
        ["year"] = CalendarCycles.Year,
    };

    private static readonly Dictionary<string, Func<Loss>> Losses = new()
    {
        ["mse"] = () => new MeanSquaredError(),
        ["mae"] = () => new MeanAbsoluteError(),
        ["huber"] = () => new Huber(),
    };

    public static Command Create(Terminal terminal)
    {
        var options = new Options();
        var command = new Command(
            "forecast",
            "Train a model that forecasts a series, and test it beside the last value and the calendar's mean. Without " +
            "--data: on a made series. The calendar is learnt from a column of dates. " +
            $"Ctrl-C saves what was trained and returns {ExitCode.Interrupted}.");
        foreach (Option option in options.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            return ForecastTraining.Run(options.Read(parsed), terminal, interruption.Token);
        });
        return command;
    }

    private sealed class Options
    {
        private readonly Option<string?> _data = new("--data")
        {
            Description = "A CSV file with a line of column names; rows in the order of time.",
            HelpName = "FILE",
        };

        private readonly Option<string?> _test = new("--test")
        {
            Description = "A CSV file with the same columns, to test on; if not given, the last rows of --data.",
            HelpName = "FILE",
        };

        private readonly Option<string?> _target = new("--target")
        {
            Description = "The column to forecast; needed with --data.", HelpName = "COLUMN",
        };

        private readonly Option<string[]> _covariates = ParsedOption.Names(
            "--covariates", "Columns of numbers, or of words that name kinds, that a forecast sees up to its last lag.",
            "A,B");

        private readonly Option<string[]> _known = ParsedOption.Names(
            "--known",
            "The same, of columns that are known of the future, too, such as holidays: a forecast sees them up to its last " +
            "step. All of its steps are seen if --lags is --horizon at least.",
            "A,B");

        private readonly Option<string?> _time = new("--time")
        {
            Description = "The column of dates; if not given, the first that there is.", HelpName = "COLUMN",
        };

        private readonly Option<string?> _group = new("--group")
        {
            Description = "The column that names the series of a row, where a file holds several.", HelpName = "COLUMN",
        };

        private readonly Option<int> _lags = RangedOption.Create(
            "--lags", "Rows before it that a forecast sees.", 48, 1, 100_000);

        private readonly Option<int> _horizon = RangedOption.Create(
            "--horizon", "Rows that it foretells, all at once.", 1, 1, 10_000);

        private readonly Option<SplitSpec> _split = ParsedOption.Parsed(
            "--split",
            $"For training, validation and test: shares, or times in months (m, of 30 days), days (d) or hours (h), such " +
            $"as 12m,4m,4m. If not given, {DefaultSplit}; with --test {DefaultSplitBesideTest}.",
            "A,B[,C]", SplitSpec.TryParse,
            "two or three amounts, all of m, d, h or %, such as 80%,10%,10% or 12m,4m,4m");

        private readonly Option<float[]> _quantiles = ParsedOption.Quantiles(
            "--quantiles",
            "Forecast these quantiles, and with them a range; they are calibrated on the validation rows. If not given, " +
            "one number is forecast.");

        private readonly Option<string?> _normalize = ParsedOption.Choices(
            "--normalize",
            "What a window is measured from: nothing; the last value that it shows (what is foretold only); or that " +
            "in units of its usual step, for prices and other drifting series. Several: the networks take turns.",
            Normalizations.Keys, "last");

        private readonly Option<bool> _log = new("--log")
        {
            Description = "Forecast the logarithm: for numbers above 0 that change by percents.",
        };

        private readonly Option<string?> _calendar = ParsedOption.Choices(
            "--calendar", "The cycles that a forecast sees; if not given, those that the training rows cover.",
            Cycles.Keys, null);

        private readonly Option<int> _folds = RangedOption.Create(
            "--walk-forward", "Cut the test rows into N parts, and train anew before each; 0: train once.", 0, 0, 10_000);

        private readonly Option<string> _cell = ParsedOption.Choice(
            "--cell", "Kind of recurrent layer.", Cells.Keys, "lstm");

        private readonly Option<int> _hidden = RangedOption.Create("--hidden", "Units of each layer.", 32, 1, 65536);

        private readonly Option<int> _layers = RangedOption.Create(
            "--layers", "Recurrent layers on top of each other.", 1, 1, 64);

        private readonly Option<double> _dropout = RangedOption.Create(
            "--dropout", "Share of each layer's output that is dropped in training.", 0.3, 0, 0.99);

        private readonly Option<string> _loss = ParsedOption.Choice(
            "--loss", "What training makes small; with --quantiles, it is the quantiles' own loss.", Losses.Keys, "mse");

        private readonly Option<int> _epochs = RangedOption.Create(
            "--epochs", "Times that the windows are read at most.", 25, 1, 1_000_000);

        private readonly Option<int> _batch = RangedOption.Create(
            "--batch", "Windows that a step of training takes.", 64, 1, 65536);

        private readonly Option<double> _learningRate = RangedOption.Create(
            "--lr", "Highest learning rate of AdamW; it rises to it and falls along a cosine.", 5e-3, 1e-9, 10.0);

        private readonly Option<double> _weightDecay = RangedOption.Create(
            "--weight-decay", "Of AdamW: pulls the weights towards 0, times the learning rate, each step.", 0.1, 0, 100.0);

        private readonly Option<int> _patience = RangedOption.Create(
            "--patience", "Epochs without a better validation loss after which a training ends.", 10, 1, 1_000_000);

        private readonly Option<int> _members = RangedOption.Create(
            "--members", "Networks whose forecasts are averaged.", 3, 1, 1000);

        private readonly RunFlags _run = new();

        public IEnumerable<Option> All =>
        [
            _data, _test, _target, _covariates, _known, _time, _group, _lags, _horizon, _split, _quantiles, _normalize,
            _log, _calendar, _folds, _cell, _hidden, _layers, _dropout, _loss, _epochs, _batch, _learningRate,
            _weightDecay, _patience, _members, .. _run.All,
        ];

        public ForecastSettings Read(ParseResult parsed)
        {
            string? data = parsed.GetValue(_data), test = parsed.GetValue(_test), target = parsed.GetValue(_target);
            string[] covariates = parsed.GetValue(_covariates) ?? [], known = parsed.GetValue(_known) ?? [];
            Check(parsed, data, [test, target, parsed.GetValue(_time), parsed.GetValue(_group)], covariates, known);
            WindowNormalization[] normalizations =
                [.. parsed.GetValue(_normalize)!.Split(',').Select(word => Normalizations[word])];
            int lags = parsed.GetValue(_lags);
            Require(
                lags > 1 || !normalizations.Contains(WindowNormalization.LastValueAndStep),
                "--normalize step needs --lags of 2 at least");
            string standard = test is null ? DefaultSplit : DefaultSplitBesideTest;
            return new ForecastSettings
            {
                Data = data,
                Test = test,
                Target = data is null ? MadeSeries.Name : target!,
                Covariates = covariates,
                Known = data is null ? [MadeSeries.Event] : known,
                Time = parsed.GetValue(_time),
                Group = parsed.GetValue(_group),
                Lags = lags,
                Horizon = parsed.GetValue(_horizon),
                Split = parsed.GetValue(_split) ?? SplitSpec.TryParse(standard)!,
                Quantiles = parsed.GetValue(_quantiles) ?? [],
                Normalizations = normalizations,
                IsLogarithmic = parsed.GetValue(_log),
                Cycles = parsed.GetValue(_calendar)?.Split(',').Aggregate(
                    CalendarCycles.None, (all, word) => all | Cycles[word]),
                Folds = parsed.GetValue(_folds),
                Network = ReadNetwork(parsed),
                Run = _run.Read(parsed),
            };
        }

        private ForecastNetworkSettings ReadNetwork(ParseResult parsed) => new()
        {
            Cell = Cells[parsed.GetRequiredValue(_cell)],
            Hidden = parsed.GetValue(_hidden),
            Layers = parsed.GetValue(_layers),
            Dropout = (float)parsed.GetValue(_dropout),
            Loss = Losses[parsed.GetRequiredValue(_loss)],
            Epochs = parsed.GetValue(_epochs),
            Batch = parsed.GetValue(_batch),
            LearningRate = (float)parsed.GetValue(_learningRate),
            WeightDecay = (float)parsed.GetValue(_weightDecay),
            Patience = parsed.GetValue(_patience),
            Members = parsed.GetValue(_members),
        };

        private void Check(ParseResult parsed, string? data, string?[] names, string[] covariates, string[] known)
        {
            string? target = parsed.GetValue(_target);
            Require(data is null || target is not null, "--target is needed with --data: the column to forecast");
            Require(
                data is not null || (names.All(name => name is null) && covariates.Length + known.Length == 0),
                "--test, --target, --covariates, --known, --time and --group need --data: they are about its columns");
            string[] columns = [.. target is null ? [] : new[] { target }, .. covariates, .. known];
            Require(
                columns.Distinct().Count() == columns.Length,
                "--target, --covariates and --known must be different columns; a --target is never known ahead");
        }

        private static void Require(bool isRight, string message)
        {
            if (!isRight)
            {
                throw new UserErrorException(message);
            }
        }
    }
}
