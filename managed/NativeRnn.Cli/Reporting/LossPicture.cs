using NativeRnn.Plotting;
using NativeRnn.Training;

namespace NativeRnn.Cli.Reporting;

/// <summary>The loss curve as a PNG picture.</summary>
internal static class LossPicture
{
    /// <summary>Draws the picture.</summary>
    public static void Write(string path, LossHistory history, LanguageModelTrainingResult result) =>
        Picture(history, result).Save(path);

    private static CurvePicture Picture(LossHistory history, LanguageModelTrainingResult result) => new()
    {
        Title = "Loss",
        XLabel = "epochs",
        YLabel = "nats per character",
        Curves =
        [
            new Curve("training", history.Points.Count > 0
                ? history.Points
                : [.. result.Curve.Select(epoch => ((double)epoch.Epoch, epoch.TrainLoss))]),
            new Curve("validation", Validation(history, result), HasMarkers: true),
        ],
    };

    private static (double Epoch, double Loss)[] Validation(
        LossHistory history, LanguageModelTrainingResult result)
    {
        // The last epoch can have ended early.
        double end = history.Points.Count > 0 ? history.Points[^1].Epoch : result.Curve.Count;
        return [.. result.Curve.Where(epoch => epoch.ValidationLoss is not null)
            .Select(epoch => (Math.Min(epoch.Epoch, end), epoch.ValidationLoss!.Value))];
    }
}
