using System.Text.Json;
using System.Text.Json.Serialization;
using NativeRnn.Cli;
using NativeRnn.Cli.Applications;
using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Cli;

/// <summary>What the tool's training commands share.</summary>
public sealed class ApplicationsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Device _device = TestDevice.Open();

    public void Dispose()
    {
        _device.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void ModelDirectory_GivesBackTheNetworkAndTheSettings()
    {
        Sequential network = Network();
        Save(network);

        (Sequential loaded, Words words) = Load("greeting");

        Assert.Equal(new Words(["hello", "bye"]).List, words.List);
        using Tensor x = Numbers.Tensor(_device, 1, 2, 3);
        Assert.Equal(network.Predict(x).ToArray(), loaded.Predict(x).ToArray());
        Assert.Equal(2, Directory.GetFiles(_directory.File("")).Length);
    }

    [Theory]
    [InlineData("{}", "damaged")]
    [InlineData("no JSON", "damaged")]
    [InlineData("""{"task":"greeting","version":2,"settings":{}}""", "has version 2")]
    [InlineData("""{"task":"greeting","version":1,"settings":null}""", "has no settings")]
    [InlineData("""{"task":"farewell","version":1,"settings":{}}""", "is of `train farewell`, not of `train greeting`")]
    public void ModelDirectory_OfAWrongFile_SaysSo(string content, string message)
    {
        Save(Network());
        File.WriteAllText(_directory.File("task.json"), content);

        UserErrorException error = Assert.Throws<UserErrorException>(() => Load("greeting"));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ModelDirectory_WithoutAModel_SaysWhatIsMissing()
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => Load("greeting"));
        Assert.Contains("it has no task.json", error.Message, StringComparison.Ordinal);

        Save(Network());
        File.Delete(_directory.File("model.safetensors"));
        error = Assert.Throws<UserErrorException>(() => Load("greeting"));
        Assert.Contains("model.safetensors", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FitRun_OutOfTime_EndsAndReports()
    {
        Sequential model = Network();
        model.Compile(new MeanSquaredError(), new Adam());
        using Tensor x = Numbers.Tensor(_device, 1, 8, 3);
        using StringWriter output = new();
        Terminal terminal = new(output, TextWriter.Null, IsInteractive: false);
        RunSettings settings = new(Seed: 3, new DeviceOptions(), MaxSeconds: 1e-6, null, _directory.File("out.json"));

        FitRun run = FitRun.Of(
            model, Dataset.FromTensors(x, x.Sum(1, keepDims: true)).Batch(4), 5, new FitOptions(), settings, terminal,
            CancellationToken.None);
        RunReport report = new()
        {
            Metrics = [("mae", 0.5), ("mape", double.NaN)],
            Seconds = run.Seconds,
            Parameters = model.ParameterCount,
            ExamplesPerSecond = run.ExamplesPerSecond,
            Seed = settings.Seed,
            Device = _device,
            History = run.History,
        };
        report.Print(terminal);
        report.Write(settings.Json!);

        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal(4, run.Examples);
        Assert.Contains("Stopped after epoch 1: its time of", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("0.5000", output.ToString(), StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(settings.Json!));
        JsonElement root = json.RootElement;
        Assert.Equal(0.5, root.GetProperty("mae").GetDouble());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("mape").ValueKind);
        Assert.Equal(model.ParameterCount, root.GetProperty("parameters").GetInt64());
        Assert.True(root.GetProperty("examples_per_second").GetDouble() > 0);
        Assert.True(root.GetProperty("seconds").GetDouble() > 0);
        Assert.Equal(3, root.GetProperty("seed").GetInt64());
        Assert.True(double.IsFinite(Assert.Single(root.GetProperty("curve").EnumerateArray())
            .GetProperty("loss").GetDouble()));
    }

    [Fact]
    public void FitRun_Interrupted_KeepsTheModelAndSaysSo()
    {
        Sequential model = Network();
        model.Compile(new MeanSquaredError(), new Adam());
        using Tensor x = Numbers.Tensor(_device, 1, 8, 3);
        using CancellationTokenSource source = new();
        source.Cancel();

        FitRun run = FitRun.Of(
            model, Dataset.FromTensors(x, x.Sum(1, keepDims: true)).Batch(4), 5, new FitOptions(),
            new RunSettings(1, new DeviceOptions(), null, null, null),
            new Terminal(TextWriter.Null, TextWriter.Null, IsInteractive: false), source.Token);

        Assert.True(run.IsInterrupted);
        Assert.Equal(ExitCode.Interrupted, run.Code);
        Assert.Empty(run.History.Epochs);
    }

    private Sequential Network()
    {
        Sequential network = new(new Dense(1));
        network.Build([1, 3], device: _device);
        return network;
    }

    private void Save(Sequential network) => ModelDirectory.Save(
        _directory.File(""), "greeting", network, new Words(["hello", "bye"]), WordsJson.Default.Words);

    private (Sequential Network, Words Words) Load(string task) =>
        ModelDirectory.Load<Sequential, Words>(_directory.File(""), task, WordsJson.Default.Words, _device);
}

internal sealed record Words(IReadOnlyList<string> List);

[JsonSerializable(typeof(Words))]
internal sealed partial class WordsJson : JsonSerializerContext;
