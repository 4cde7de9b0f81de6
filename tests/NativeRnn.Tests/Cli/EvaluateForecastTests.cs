using System.Text.Json;
using NativeRnn.Cli;
using NativeRnn.Models;
using NativeRnn.Tests.Interop;
using NativeRnn.Tests.Models;
using NativeRnn.Training;

namespace NativeRnn.Tests.Cli;

/// <summary>`nativernn evaluate forecast`.</summary>
public sealed class EvaluateForecastTests : IDisposable
{
    private const string Flow = "Flow (Veh/Hour)";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Forecast_OfAGruOfKeras21_PrintsWhatKerasEquationsGive()
    {
        string json = _directory.File("report.json");

        ProgramResult result = Run("gru-2.1.h5", "train.csv", "test.csv", Flow, "--lags", "12", "--json", json);

        Assert.Equal((ExitCode.Done, ""), (result.ExitCode, result.Error));
        using JsonDocument wanted = JsonDocument.Parse(File.ReadAllText(KerasFixture.PathOf("forecast.json")));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json));
        Assert.Equal(58, report.RootElement.GetProperty("windows").GetInt32());
        Assert.Equal(Flow, report.RootElement.GetProperty("target").GetString());
        foreach (string name in new[] { "mae", "mse", "rmse", "mape", "r2" })
        {
            double value = wanted.RootElement.GetProperty(name).GetDouble();
            Assert.Equal(value, report.RootElement.GetProperty(name).GetDouble(), Math.Abs(value) * 1e-4);
            Assert.Matches($@"(?m)^{name} +-?\d+\.\d{{4}}$", result.Output);
        }
    }

    [SkippableFact]
    public void Forecast_OfTheModelThatKeras213Trained_GivesItsPublishedTable()
    {
        string data = Path.Combine(NativeBuild.RepositoryRoot, "..", "shared", "data", "traffic");
        Skip.IfNot(Directory.Exists(data), $"no {data}: the model and its data are not part of the repository");
        string json = _directory.File("report.json");

        ProgramResult result = Tool.Run(
            "evaluate", "forecast", "--model", Path.Combine(data, "keras-2.1.3-lstm.h5"), "--train-data",
            Path.Combine(data, "train.csv"), "--data", Path.Combine(data, "test.csv"), "--target",
            "Lane 1 Flow (Veh/5 Minutes)", "--lags", "12", "--device", "cpu", "--json", json);

        Assert.Equal((ExitCode.Done, ""), (result.ExitCode, result.Error));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json));
        double Value(string name) => report.RootElement.GetProperty(name).GetDouble();
        Assert.Equal(4308, Value("windows"));
        Assert.Equal(7.216, Value("mae"), 0.0005);
        Assert.Equal(98.054, Value("mse"), 0.0005);
        Assert.Equal(9.902, Value("rmse"), 0.0005);
        Assert.Equal(0.9396, Value("r2"), 0.00005);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("model.onnx")]
    public void Forecast_OfAFileOfAnotherFormat_GivesTheSame(string name)
    {
        string json = _directory.File("keras.json"), other = _directory.File("other.json"), path = _directory.File(name);
        using (Device device = TestDevice.Open())
        {
            Sequential model = KerasModel.Load(KerasFixture.PathOf("gru-2.1.h5"), device);
            if (name.EndsWith(".onnx", StringComparison.Ordinal))
            {
                OnnxModel.Export(model, path, OnnxInput.Floats("input", "batch", 12, 1));
            }
            else
            {
                model.Save(path);
            }
        }

        Assert.Equal(ExitCode.Done, Run("gru-2.1.h5", "train.csv", "test.csv", Flow, "--json", json).ExitCode);
        ProgramResult result = Run(path, "train.csv", "test.csv", Flow, "--json", other);

        Assert.Equal((ExitCode.Done, ""), (result.ExitCode, result.Error));
        using JsonDocument first = JsonDocument.Parse(File.ReadAllText(json));
        using JsonDocument second = JsonDocument.Parse(File.ReadAllText(other));
        Assert.Equal(
            first.RootElement.GetProperty("mae").GetDouble(), second.RootElement.GetProperty("mae").GetDouble(), 1e-3);
    }

    [Theory]
    [InlineData("none.h5", "train.csv", "test.csv", Flow, "--model ")]
    [InlineData("cases.json", "train.csv", "test.csv", Flow, "--model: ")]
    [InlineData("gru-2.1.h5", "none.csv", "test.csv", Flow, "--train-data ")]
    [InlineData("gru-2.1.h5", "train.csv", "none.csv", Flow, "--data ")]
    [InlineData("gru-2.1.h5", "train.csv", "test.csv", "flow", "--target: ")]
    [InlineData("gru-2.1.h5", "train.csv", "test.csv", "time", "--train-data: ")]
    [InlineData("chain.h5", "train.csv", "test.csv", Flow, "--model can't forecast from windows [12, 1]")]
    public void Forecast_OfSomethingWrong_NamesTheOption(
        string model, string train, string test, string target, string expected)
    {
        ProgramResult result = Run(model, train, test, target);

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(character => character == '\n'));
    }

    [Fact]
    public void Forecast_OfTooManyLags_SaysHowManyRowsThereAre()
    {
        ProgramResult result = Run("gru-2.1.h5", "train.csv", "test.csv", Flow, "--lags", "70");

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains("--data has 70 rows, --lags 70 needs at least 71", result.Error, StringComparison.Ordinal);
    }

    private static ProgramResult Run(string model, string train, string test, string target, params string[] more) =>
        Tool.Run(
        [
            "evaluate", "forecast", "--model", Path.IsPathRooted(model) ? model : KerasFixture.PathOf(model), "--train-data", KerasFixture.PathOf(train),
            "--data", KerasFixture.PathOf(test), "--target", target, "--device", "cpu", .. more,
        ]);
}
