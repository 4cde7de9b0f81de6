using System.Text.Json;
using System.Text.Json.Serialization;
using NativeRnn.Training;

namespace NativeRnn.Cli.Reporting;

/// <summary>What `--json` writes: a run's results.</summary>
/// <param name="TrainLoss">Of the last epoch, nats per character.</param>
/// <param name="ValLoss">Of the saved weights; null without validation.</param>
/// <param name="Epochs">Finished epochs.</param>
/// <param name="CharsPerSecond">While training.</param>
/// <param name="ExamplesPerSecond">The same: each character that is foretold is an example.</param>
/// <param name="Seconds">The whole run, validation included.</param>
/// <param name="Parameters">Numbers that were learnt.</param>
/// <param name="Device">What it ran on, in words.</param>
/// <param name="Threads">Of the device; 0 of a GPU.</param>
/// <param name="Seed">Of all random numbers.</param>
/// <param name="Curve">An entry for each epoch.</param>
internal sealed record TrainingReport(
    double TrainLoss,
    double? ValLoss,
    int Epochs,
    double CharsPerSecond,
    double ExamplesPerSecond,
    double Seconds,
    long Parameters,
    string Device,
    int Threads,
    long Seed,
    IReadOnlyList<TrainingReportEpoch> Curve)
{
    public static TrainingReport Of(
        LanguageModelTrainingResult result, LanguageModel model, long seed) => new(
        result.TrainLoss,
        result.ValidationLoss,
        result.Epochs,
        result.CharactersPerSecond,
        result.CharactersPerSecond,
        result.Seconds,
        model.ParameterCount,
        ToolDevice.Describe(model.Device),
        model.Device.Threads,
        seed,
        [.. result.Curve.Select(epoch => new TrainingReportEpoch(
            epoch.Epoch, epoch.TrainLoss, epoch.ValidationLoss, epoch.LearningRate, epoch.Seconds))]);

    public void Write(string path) => File.WriteAllText(
        path, JsonSerializer.Serialize(this, TrainingReportJson.Default.TrainingReport) + "\n");
}

/// <summary>An epoch of <see cref="TrainingReport.Curve"/>.</summary>
internal sealed record TrainingReportEpoch(
    int Epoch, double TrainLoss, double? ValLoss, float Lr, double Seconds);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrainingReport))]
internal sealed partial class TrainingReportJson : JsonSerializerContext;
