using System.Globalization;
using System.Text.Json;
using NativeRnn.Cli;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Forecasting;
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Tests.Interop;
using NativeRnn.Training;

namespace NativeRnn.Tests.Cli;

/// <summary>`nativernn train forecast`, `forecast`, and `evaluate forecast` of what was trained.</summary>
public sealed class TrainForecastTests : IDisposable
{
    private static readonly string[] Short =
        ["--lags", "24", "--horizon", "6", "--epochs", "6", "--members", "1", "--device", "cpu", "--threads", "1"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void TrainForecast_OfTheMadeSeries_BeatsTheLastValueAndTheCalendar()
    {
        ProgramResult result = Train("a", [.. Short, "--epochs", "12", "--quantiles", "0.1,0.5,0.9", "--seed", "3"]);

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        Assert.Contains("made hours of a shop (no --data was given)", result.Output, StringComparison.Ordinal);
        JsonElement report = Report("a");
        Assert.True(Value(report, "mae") < 0.5 * Value(report, "naive_mae"), result.Output);
        Assert.True(Value(report, "rmse") < 0.9 * Value(report, "calendar_mean_rmse"), result.Output);
        Assert.InRange(Value(report, "coverage"), 0.7, 0.9);
        Assert.Equal(0.8, Value(report, "nominal_coverage"));
        Assert.Equal(3, Value(report, "seed"));
        foreach (string name in new[]
        {
            "mse", "r2", "scaled_mae", "scaled_mse", "direction_accuracy", "quantile_loss", "interval_width",
            "share_below_q10", "val_mae", "seconds", "parameters", "examples_per_second",
        })
        {
            Assert.True(double.IsFinite(Value(report, name)), name);
        }

        foreach (string picture in new[] { "loss.png", "forecast.png", "horizon.png" })
        {
            Assert.Equal("PNG"u8.ToArray(), File.ReadAllBytes(Path.Combine(_directory.File("a"), picture))[1..4]);
        }

        // The made series lies beside the model, with the events of the hours that follow.
        string data = Path.Combine(_directory.File("a"), "series.csv");
        Assert.Equal(ExitCode.Done, Evaluate(_directory.File("a"), data, "--json", _directory.File("again.json")).ExitCode);
        Assert.Equal(Value(report, "mae"), Value(Read(_directory.File("again.json")), "mae"));
        ProgramResult next = Tool.Run("forecast", "--model", _directory.File("a"), "--data", data, "--device", "cpu");
        Assert.StartsWith("6,2024-04-30 05:00,", next.Output.TrimEnd().Split(Environment.NewLine)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void TrainForecast_OfOneSeed_GivesTheSameBits()
    {
        Train("a", [.. Short, "--seed", "5"]);
        Train("b", [.. Short[..^2], "--threads", "2", "--seed", "5"]);
        Train("c", [.. Short, "--seed", "6"]);

        Assert.Equal(Value(Report("a"), "val_rmse"), Value(Report("b"), "val_rmse"));
        Assert.NotEqual(Value(Report("a"), "val_rmse"), Value(Report("c"), "val_rmse"));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(_directory.File("a"), "model.safetensors")),
            File.ReadAllBytes(Path.Combine(_directory.File("b"), "model.safetensors")));
    }

    [Fact]
    public void EvaluateForecast_OfADirectory_GivesTheTestOfItsTraining()
    {
        string data = WriteSeries(400);
        ProgramResult trained = Train(
            "a", [.. Short, "--data", data, "--target", "flow", "--covariates", "kind", "--known", "fair", "--members",
                "2", "--normalize", "last,step", "--quantiles", "0.25,0.75"]);
        Assert.True(trained.ExitCode == ExitCode.Done, trained.Error);
        string json = _directory.File("again.json");

        ProgramResult result = Evaluate(_directory.File("a"), data, "--json", json);

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        Assert.Contains("rows before were trained or validated on", result.Output, StringComparison.Ordinal);
        JsonElement again = Read(json);
        foreach (string name in new[] { "forecasts", "mae", "rmse", "scaled_mse", "naive_rmse", "coverage" })
        {
            Assert.Equal(Value(Report("a"), name), Value(again, name));
        }

        Assert.Equal(0, Evaluate(_directory.File("a"), data, "--all", "--json", json).ExitCode);
        Assert.Equal(400 - 24 - 6 + 1, Value(Read(json), "forecasts"));
    }

    [Fact]
    public void Forecast_OfWhatComesNext_UsesTheRowsOfTheFuture()
    {
        string data = WriteSeries(300);
        Train(
            "a", [.. Short, "--data", data, "--target", "flow", "--known", "fair", "--quantiles", "0.1,0.5,0.9",
                "--epochs", "40", "--lr", "0.02", "--dropout", "0"]);
        string json = _directory.File("next.json");
        string[] forecast = ["forecast", "--model", _directory.File("a"), "--device", "cpu", "--data"];

        ProgramResult without = Tool.Run([.. forecast, data]);
        ProgramResult quiet = Tool.Run([.. forecast, WriteSeries(300, future: 6, fair: 0), "--json", json]);
        ProgramResult fair = Tool.Run([.. forecast, WriteSeries(300, future: 6, fair: 1)]);

        Assert.Equal(ExitCode.BadUsage, without.ExitCode);
        Assert.Contains("0 rows of the future", without.Error, StringComparison.Ordinal);
        string[] lines = quiet.Output.TrimEnd().Split(Environment.NewLine);
        Assert.Equal("step,time,flow,q10,q50,q90", lines[0]);
        Assert.Equal(7, lines.Length);
        Assert.StartsWith("6,2024-01-13 17:00,", lines[6], StringComparison.Ordinal);
        JsonElement[] steps = [.. Read(json).GetProperty("forecasts").EnumerateArray()];
        Assert.All(steps, step => Assert.True(Value(step, "q10") <= Value(step, "q90")));
        double Last(ProgramResult result) => double.Parse(
            result.Output.TrimEnd().Split(Environment.NewLine)[^1].Split(',')[2], CultureInfo.InvariantCulture);
        Assert.True(Last(fair) > Last(quiet) + 2, fair.Output + quiet.Output);
    }

    [Fact]
    public void TrainForecast_OfOtherTestRows_GivesTheSameModel()
    {
        // The rows from 360 on are tested on, those before are trained and validated on.
        string[] lines = File.ReadAllLines(WriteSeries(400));
        string[] others = [.. lines.Select((line, index) => index <= 360 ? line : $"{line.Split(',')[0]},1e3,new,1e3")];
        string[] arguments =
            [.. Short, "--target", "flow", "--covariates", "kind", "--known", "fair", "--quantiles", "0.1,0.9", "--epochs", "2"];

        Train("a", [.. arguments, "--data", _directory.Write("a.csv", string.Join('\n', lines))]);
        Train("b", [.. arguments, "--data", _directory.Write("b.csv", string.Join('\n', others))]);

        Assert.NotEqual(Value(Report("a"), "rmse"), Value(Report("b"), "rmse"));
        foreach (string name in new[] { "model.safetensors", "task.json" })
        {
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(_directory.File("a"), name)),
                File.ReadAllBytes(Path.Combine(_directory.File("b"), name)));
        }
    }

    [Fact]
    public void SeriesEncoding_IsLearntFromTheRowsThatAreTrainedOn()
    {
        string path = _directory.Write("a.csv", "time,x,heat,sky\n2024-01-01,1,10,dry\n2024-01-02,3,30,wet\n"
            + string.Concat(Enumerable.Range(3, 6).Select(day => $"2024-01-{day:00},900,900,fog\n")));
        ForecastSettings settings = Settings() with
        {
            Data = path, Target = "x", Known = [], Covariates = ["heat", "sky"], Split = SplitSpec.TryParse("25%,25%,50%")!,
        };

        SeriesEncoding encoding = SeriesEncoding.Fit(settings, ForecastSeries.Load(settings));

        Assert.Equal((2, 1), (encoding.Mean, encoding.Deviation));
        Assert.Equal((20, 10), (encoding.Covariates[0].Mean, encoding.Covariates[0].Deviation));
        Assert.Equal(["dry", "wet"], encoding.Covariates[1].Kinds);
        Assert.Equal(CalendarCycles.None, encoding.Cycles);
    }

    [Fact]
    public void TrainForecast_Interrupted_SavesWhatThereIs()
    {
        using StringWriter output = new();

        int code = ForecastTraining.Run(
            Settings() with { Folds = 3 }, new Terminal(output, TextWriter.Null, IsInteractive: false),
            new CancellationToken(canceled: true));

        Assert.Equal(ExitCode.Interrupted, code);
        Assert.DoesNotContain("Part 2", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            ["forecast.png", "horizon.png", "loss.png", "model.safetensors", "series.csv", "task.json"],
            Directory.GetFiles(_directory.File("a")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void TrainForecast_OfSeveralSeries_NeverMixesThem()
    {
        string[] rows = [.. Enumerable.Range(0, 240).Select(row => FormattableString.Invariant(
            $"{(row < 120 ? "A" : "B")},{new DateTime(2000, 1, 1).AddMonths(row % 120):MMM d yyyy},{(row < 120 ? 1 : 1000) * (2 + Math.Sin(row))}"))];
        string data = _directory.Write("groups.csv", $"symbol,date,price\n{string.Join('\n', rows)}\n");

        ProgramResult result = Train(
            "a", [.. Short, "--horizon", "2", "--data", data, "--target", "price", "--group", "symbol", "--log",
                "--normalize", "step", "--walk-forward", "2", "--split", "60%,20%,20%"]);
        ProgramResult next = Tool.Run(
            "forecast", "--model", _directory.File("a"), "--data", data, "--device", "cpu");

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        Assert.Contains("240 rows in 2 series", result.Output, StringComparison.Ordinal);
        Assert.Contains("Part 2 of 2:", result.Output, StringComparison.Ordinal);

        // In each of two parts of 12 rows, of each series.
        Assert.Equal(2 * 2 * 11, Value(Report("a"), "forecasts"));
        string[] lines = next.Output.TrimEnd().Split(Environment.NewLine);
        Assert.Equal(["symbol,step,time,price", "A,1,2010-01-01 00:00", "B,2,2010-02-01 00:00"],
            [lines[0], lines[1][..20], lines[4][..20]]);
    }

    [Fact]
    public void TrainForecast_OutOfTime_SavesWhatItHas()
    {
        ProgramResult result = Train("a", [.. Short, "--epochs", "100000", "--max-seconds", "0.5"]);

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        Assert.Contains("its time of", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_directory.File("a"), "task.json")));
    }

    [Theory]
    [InlineData("--data {0}", "--target is needed with --data")]
    [InlineData("--data none.csv --target flow", "--data none.csv does not exist")]
    [InlineData("--data {0} --target Flow", "--target: {0} has no column 'Flow'; its columns are: time, flow, kind, fair")]
    [InlineData("--data {0} --target flow --known feast", "--known: {0} has no column 'feast'")]
    [InlineData("--data {0} --target flow --known flow", "a --target is never known ahead")]
    [InlineData("--data {0} --target flow --known fair,fair", "must be different columns")]
    [InlineData("--target flow", "--group need --data")]
    [InlineData("--data {0} --target kind", "line 2: 'dry' in column 'kind' is no finite number")]
    [InlineData("--data {0} --target flow --covariates heat", "--covariates: {0} has no column 'heat'")]
    [InlineData("--data {0} --target flow --time flow", "line 2: '")]
    [InlineData("--data {0} --target flow --log", "--log needs numbers above 0")]
    [InlineData("--data {0} --target flow --lags 90", "--split 80%,10%,10% leaves too few rows to train on, for --lags 90")]
    [InlineData("--data {0} --target flow --split 3d,1d", "leaves too few rows to test on")]
    [InlineData("--data {0} --target flow --walk-forward 50", "--walk-forward 50 needs 50 rows")]
    [InlineData("--split 80,10,10", "--split must be two or three amounts, all of m, d, h or %")]
    [InlineData("--split 80%,30%", "--split must be")]
    [InlineData("--quantiles 0.9,0.1", "--quantiles must be numbers above 0 and below 1 that ascend, not '0.9,0.1'")]
    [InlineData("--normalize mean", "--normalize must be none, last or step, or several of them with commas, not 'mean'")]
    [InlineData("--normalize step --lags 1", "--normalize step needs --lags of 2 at least")]
    [InlineData("--calendar month", "--calendar must be none, day, week or year")]
    [InlineData("--cell tree", "--cell must be lstm, gru or rnn, not 'tree'")]
    [InlineData("--loss l1", "--loss must be mse, mae or huber, not 'l1'")]
    public void TrainForecast_OfSomethingWrong_SaysSoInOneLine(string arguments, string expected)
    {
        string data = WriteSeries(100);
        string Filled(string text) => string.Format(CultureInfo.InvariantCulture, text, data);
        string[] words = [.. arguments.Split(' ').Select(Filled)];

        ProgramResult result = Tool.Run(
            ["train", "forecast", "--out", _directory.File("a"), "--device", "cpu", .. words]);

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains(Filled(expected), result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(character => character == '\n'));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("time,flow\n", "has no row")]
    [InlineData("time,flow\n2024-01-01,\n2024-01-02,\n", "with a number in column 'flow'")]
    public void TrainForecast_OfAFileWithoutNumbers_SaysSo(string text, string expected) => AssertRefused(
        Tool.Run("train", "forecast", "--data", _directory.Write("empty.csv", text), "--target", "flow"), expected);

    [Fact]
    public void Forecast_OfSomethingWrong_SaysSo()
    {
        string data = WriteSeries(100);
        Train("a", [.. Short, "--data", data, "--target", "flow", "--quantiles", "0.1,0.9"]);
        string model = _directory.File("a");
        string task = Path.Combine(model, "task.json");

        AssertRefused(Tool.Run("forecast", "--model", _directory.File("b"), "--data", data), "does not exist");
        AssertRefused(Tool.Run("forecast", "--model", model, "--data", WriteSeries(20)), "has 20 rows, the model sees 24");
        AssertRefused(
            Tool.Run("forecast", "--model", model, "--data", _directory.Write("other.csv", "time,x\n2024-01-01,1\n")),
            "other.csv has no column 'flow', which the model was trained with; its columns are: time, x");
        AssertRefused(Evaluate(model, data, "--lags", "3"), "--train-data, --target and --lags are for a model's file");
        AssertRefused(Evaluate(model, WriteSeries(30), "--target", "flow"), "are for a model's file");
        AssertRefused(Evaluate(Path.Combine(model, "model.safetensors"), data), "--train-data is needed");
        File.WriteAllText(task, File.ReadAllText(task).Replace("\"horizon\": 6", "\"horizon\": 7", StringComparison.Ordinal));
        AssertRefused(Tool.Run("forecast", "--model", model, "--data", data), "task.json is damaged");
    }

    [SkippableTheory]
    [InlineData("traffic", 7.06, 9.60)]
    [InlineData("weather", 2.1, 2.7)]
    public void TrainForecast_OfRealData_BeatsWhatWasPublishedOrTheCalendar(string name, double mae, double rmse)
    {
        string data = Path.Combine(NativeBuild.RepositoryRoot, "..", "shared", "data");
        Skip.IfNot(Directory.Exists(data), $"no {data}: its data are not part of the repository");
        string[] arguments = name == "traffic"
            ?
            [
                "--data", Path.Combine(data, "traffic", "train.csv"), "--test", Path.Combine(data, "traffic", "test.csv"),
                "--target", "Lane 1 Flow (Veh/5 Minutes)", "--lags", "12", "--epochs", "12",
            ]
            :
            [
                "--data", Path.Combine(data, "forecasting", "seattle-weather.csv"), "--target", "temp_max",
                "--covariates", "precipitation,temp_min,wind,weather", "--lags", "7", "--calendar", "year",
            ];

        ProgramResult result = Train("a", [.. arguments, "--members", "1", "--device", "cpu"]);

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        JsonElement report = Report("a");
        Assert.InRange(Value(report, "mae"), 1, mae);
        Assert.InRange(Value(report, "rmse"), 1, rmse);
        Assert.True(Value(report, "rmse") < Value(report, "naive_rmse"));
        Assert.True(Value(report, "rmse") < Value(report, "calendar_mean_rmse"));
    }

    private ForecastSettings Settings() => new()
    {
        Target = MadeSeries.Name,
        Known = [MadeSeries.Event],
        Lags = 24,
        Horizon = 6,
        Split = SplitSpec.TryParse("80%,10%,10%")!,
        Normalizations = [WindowNormalization.LastValue],
        Network = new ForecastNetworkSettings
        {
            Cell = RnnCell.Lstm, Hidden = 4, Layers = 1, Dropout = 0, Loss = () => new MeanSquaredError(), Epochs = 2,
            Batch = 64, LearningRate = 1e-3f, WeightDecay = 0, Patience = 2, Members = 2,
        },
        Run = new RunSettings(1, new DeviceOptions(), null, _directory.File("a"), null),
    };

    private static void AssertRefused(ProgramResult result, string expected)
    {
        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private static ProgramResult Evaluate(string model, string data, params string[] more) =>
        Tool.Run(["evaluate", "forecast", "--model", model, "--data", data, "--device", "cpu", .. more]);

    private static JsonElement Read(string path) => JsonDocument.Parse(File.ReadAllText(path)).RootElement;

    private static double Value(JsonElement json, string name) => json.GetProperty(name).GetDouble();

    // A later option takes the place of an earlier one, which the tool itself would refuse.
    private ProgramResult Train(string name, string[] arguments)
    {
        Dictionary<string, string[]> options = [];
        for (int at = 0; at < arguments.Length;)
        {
            int next = Array.FindIndex(arguments, at + 1, word => word.StartsWith("--", StringComparison.Ordinal));
            next = next < 0 ? arguments.Length : next;
            options[arguments[at]] = arguments[(at + 1)..next];
            at = next;
        }

        return Tool.Run(
        [
            "train", "forecast", "--out", _directory.File(name), "--json", _directory.File($"{name}.json"),
            .. options.SelectMany(option => (string[])[option.Key, .. option.Value]),
        ]);
    }

    private JsonElement Report(string name) => Read(_directory.File($"{name}.json"));

    // Hours with a wave of a day, and fairs that are known ahead.
    private string WriteSeries(int rows, int future = 0, int fair = 0)
    {
        IEnumerable<string> lines = Enumerable.Range(0, rows + future).Select(row =>
        {
            int now = row < rows ? (row / 9 % 2) : fair;
            double flow = Math.Sin(2 * Math.PI * row / 24) + (5 * now);
            string time = new DateTime(2024, 1, 1).AddHours(row).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            string value = row < rows ? flow.ToString("F4", CultureInfo.InvariantCulture) : "";
            return $"{time},{value},{(row % 5 == 0 ? "dry" : "wet")},{now}";
        });
        return _directory.Write($"series-{rows}-{future}-{fair}.csv", $"time,flow,kind,fair\n{string.Join('\n', lines)}\n");
    }
}
