using System.Text.Json;
using NativeRnn.Cli;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Cli;

public class TrainTextTests
{
    private static readonly string[] ReportNames =
    [
        "train_loss", "val_loss", "epochs", "chars_per_second", "examples_per_second", "seconds", "parameters",
        "device", "threads", "seed", "curve",
    ];

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("rnn")]
    public void TrainText_SmallText_SavesModelPictureAndReport(string cell)
    {
        using var directory = new TemporaryDirectory();
        string model = directory.File("model");
        string json = directory.File("result.json");

        ProgramResult result = Tool.TrainSmall(
            directory.Write("text.txt", Tool.SmallText()), model,
            "--cell", cell, "--seed", "7", "--threads", "1", "--json", json);

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        Assert.True(File.Exists(Path.Combine(model, "model.safetensors")));
        Assert.True(File.Exists(Path.Combine(model, "model.json")));
        Assert.Equal("PNG"u8.ToArray(), File.ReadAllBytes(Path.Combine(model, "loss.png"))[1..4]);
        Assert.Contains("A sample:", result.Output, StringComparison.Ordinal);
        Assert.Contains(Path.GetFullPath(model), result.Output, StringComparison.Ordinal);
        AssertReport(json);
    }

    [Fact]
    public void TrainText_SameSeed_GivesTheSameBitsForAnyThreads()
    {
        using var directory = new TemporaryDirectory();
        string text = directory.Write("text.txt", Tool.SmallText());

        double first = ValidationLoss(directory, text, "--seed", "3", "--threads", "1");
        double again = ValidationLoss(directory, text, "--seed", "3", "--threads", "2");
        double other = ValidationLoss(directory, text, "--seed", "4", "--threads", "1");

        Assert.Equal(BitConverter.DoubleToInt64Bits(first), BitConverter.DoubleToInt64Bits(again));
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void TrainText_WithoutValidation_ReportsNone()
    {
        using var directory = new TemporaryDirectory();
        string json = directory.File("result.json");

        ProgramResult result = Tool.TrainSmall(
            directory.Write("text.txt", Tool.SmallText()), directory.File("model"),
            "--validation", "0", "--json", json);

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json));
        Assert.Equal(JsonValueKind.Null, report.RootElement.GetProperty("val_loss").ValueKind);
    }

    [Fact]
    public void TrainText_MaxSeconds_EndsInTimeAndSaves()
    {
        using var directory = new TemporaryDirectory();
        string model = directory.File("model");
        string json = directory.File("result.json");

        ProgramResult result = Tool.Run(
            "train", "text", "--data", directory.Write("text.txt", Tool.SmallText(5000)),
            "--out", model, "--json", json, "--hidden", "64", "--epochs", "100000",
            "--max-seconds", "2");

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        Assert.True(File.Exists(Path.Combine(model, "model.safetensors")));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json));
        Assert.InRange(report.RootElement.GetProperty("seconds").GetDouble(), 1, 30);
    }

    [Fact]
    public void Generate_SavedModel_ContinuesThePromptTheSameWayForOneSeed()
    {
        using var directory = new TemporaryDirectory();
        string model = directory.File("model");
        Tool.TrainSmall(directory.Write("text.txt", Tool.SmallText()), model);
        string[] generate =
            ["generate", "--model", model, "--prompt", "the ", "--length", "60", "--top-k", "5"];

        ProgramResult first = Tool.Run([.. generate, "--seed", "1"]);
        ProgramResult again = Tool.Run([.. generate, "--seed", "1"]);
        ProgramResult other = Tool.Run([.. generate, "--seed", "2"]);

        Assert.True(first.ExitCode == ExitCode.Done, first.Error);
        Assert.StartsWith("the ", first.Output, StringComparison.Ordinal);
        Assert.Equal(4 + 60 + Environment.NewLine.Length, first.Output.Length);
        Assert.Equal(first.Output, again.Output);
        Assert.NotEqual(first.Output, other.Output);
    }

    [Fact]
    public void Generate_EachStorage_Writes()
    {
        using var directory = new TemporaryDirectory();
        string model = directory.File("model");
        Tool.TrainSmall(directory.Write("text.txt", Tool.SmallText()), model);
        string[] likeliest = ["generate", "--model", model, "--prompt", "the ", "--length", "9", "--temperature", "0"];

        ProgramResult exact = Tool.Run([.. likeliest, "--weights", "float32"]);
        ProgramResult rounded = Tool.Run([.. likeliest, "--weights", "bfloat16"]);
        ProgramResult wrong = Tool.Run([.. likeliest, "--weights", "int4"]);

        Assert.True(exact.ExitCode == ExitCode.Done, exact.Error);
        Assert.True(rounded.ExitCode == ExitCode.Done, rounded.Error);
        Assert.Equal(exact.Output.Length, rounded.Output.Length);
        Assert.Equal(ExitCode.BadUsage, wrong.ExitCode);
        Assert.Contains("--weights must be float32, bfloat16 or int8, not 'int4'", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void EvaluateText_OfTheTextOfItsTraining_GivesItsValidationLoss()
    {
        using var directory = new TemporaryDirectory();
        string model = directory.File("model"), json = directory.File("result.json");
        string text = directory.Write("text.txt", Tool.SmallText());
        Tool.Run(
            "train", "text", "--data", text, "--out", model, "--json", json, "--hidden", "24", "--epochs", "2");
        double trained = ValidationLoss(json);

        ProgramResult result = Tool.Run("evaluate", "text", "--model", model, "--data", text, "--json", json);

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json));
        double loss = report.RootElement.GetProperty("loss").GetDouble();
        Assert.Equal(trained, loss, 1e-6);
        Assert.Equal(loss / Math.Log(2), report.RootElement.GetProperty("bits_per_character").GetDouble(), 1e-9);
        Assert.Equal(loss, report.RootElement.GetProperty("loss_of_writing").GetDouble(), 0.1);
        Assert.True(report.RootElement.GetProperty("written_chars_per_second").GetDouble() > 0);
    }

    [Theory]
    [InlineData("the €", "U+20AC")]
    [InlineData("t", "too short to judge by")]
    public void EvaluateText_OfAWrongText_IsRefused(string text, string message)
    {
        using var directory = new TemporaryDirectory();
        string model = directory.File("model");
        Tool.TrainSmall(directory.Write("text.txt", Tool.SmallText()), model);

        ProgramResult result = Tool.Run(
            "evaluate", "text", "--model", model, "--data", directory.Write("other.txt", text), "--validation", "1");

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_PromptWithUnknownCharacter_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        string model = directory.File("model");
        Tool.TrainSmall(directory.Write("text.txt", Tool.SmallText()), model);

        ProgramResult result = Tool.Run("generate", "--model", model, "--prompt", "the €");

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains("U+20AC", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_BrokenModel_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        string model = directory.File("model");
        Tool.TrainSmall(directory.Write("text.txt", Tool.SmallText()), model);
        File.WriteAllText(Path.Combine(model, "model.safetensors"), "broken");

        ProgramResult result = Tool.Run("generate", "--model", model);

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Equal(1, result.Error.Count(character => character == '\n'));
    }

    private static double ValidationLoss(
        TemporaryDirectory directory, string text, params string[] more)
    {
        string json = directory.File("result.json");
        ProgramResult result = Tool.TrainSmall(
            text, directory.File("model"), [.. more, "--json", json]);
        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        return ValidationLoss(json);
    }

    private static double ValidationLoss(string json)
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json));
        return report.RootElement.GetProperty("val_loss").GetDouble();
    }

    private static void AssertReport(string json)
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json));
        JsonElement root = report.RootElement;
        Assert.Equal(ReportNames, root.EnumerateObject().Select(property => property.Name));
        Assert.Equal(2, root.GetProperty("epochs").GetInt32());
        Assert.Equal(7, root.GetProperty("seed").GetInt64());
        Assert.Equal(1, root.GetProperty("threads").GetInt32());
        Assert.StartsWith("CPU, 1 thread, ", root.GetProperty("device").GetString(), StringComparison.Ordinal);
        Assert.True(root.GetProperty("parameters").GetInt64() > 1000);
        Assert.True(root.GetProperty("chars_per_second").GetDouble() > 0);

        // 16 distinct characters: a model that learnt something is below their entropy.
        Assert.InRange(root.GetProperty("val_loss").GetDouble(), 0.1, Math.Log(16));
        Assert.InRange(root.GetProperty("train_loss").GetDouble(), 0.1, Math.Log(16));
        JsonElement[] curve = [.. root.GetProperty("curve").EnumerateArray()];
        Assert.Equal([1, 2], curve.Select(epoch => epoch.GetProperty("epoch").GetInt32()));
        Assert.True(
            curve[1].GetProperty("train_loss").GetDouble()
            < curve[0].GetProperty("train_loss").GetDouble());
    }
}
