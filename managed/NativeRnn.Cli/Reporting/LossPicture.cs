using NativeRnn.Training;
using ScottPlot;

namespace NativeRnn.Cli.Reporting;

/// <summary>The loss curve as a PNG picture.</summary>
internal static class LossPicture
{
    private const int Width = 1000;
    private const int Height = 600;

    /// <summary>Draws the picture; a machine without fonts gets one without letters.</summary>
    /// <returns>Null, or why there is no picture: it must not cost the user the trained model.</returns>
    public static string? TryWrite(
        string path, LossHistory history, LanguageModelTrainingResult result)
    {
        try
        {
            using Plot plot = Draw(history, result);
            plot.SavePng(path, Width, Height);
            return null;
        }
        catch (Exception error) when (error
            is DllNotFoundException or TypeInitializationException or IOException
            or UnauthorizedAccessException)
        {
            return $"no picture ({(error.InnerException ?? error).Message.ReplaceLineEndings(" ")})";
        }
    }

    private static Plot Draw(LossHistory history, LanguageModelTrainingResult result)
    {
        var plot = new Plot();
        plot.Title("Loss");
        plot.XLabel("epochs");
        plot.YLabel("nats per character");
        AddTraining(plot, history, result);
        AddValidation(plot, history, result);
        plot.ShowLegend(Alignment.UpperRight);
        return plot;
    }

    private static void AddTraining(
        Plot plot, LossHistory history, LanguageModelTrainingResult result)
    {
        (double Epoch, double Loss)[] points = history.Points.Count > 0
            ? [.. history.Points]
            : [.. result.Curve.Select(epoch => ((double)epoch.Epoch, epoch.TrainLoss))];
        if (points.Length == 0)
        {
            return;
        }

        var line = plot.Add.Scatter(
            points.Select(point => point.Epoch).ToArray(), points.Select(point => point.Loss).ToArray());
        line.LegendText = "training";
        line.LineWidth = 2;
        line.MarkerSize = points.Length == 1 ? 6 : 0;
    }

    private static void AddValidation(
        Plot plot, LossHistory history, LanguageModelTrainingResult result)
    {
        // The last epoch can have ended early.
        double end = history.Points.Count > 0 ? history.Points[^1].Epoch : result.Curve.Count;
        LanguageModelEpoch[] validated = [.. result.Curve.Where(epoch => epoch.ValidationLoss is not null)];
        if (validated.Length == 0)
        {
            return;
        }

        var line = plot.Add.Scatter(
            validated.Select(epoch => Math.Min(epoch.Epoch, end)).ToArray(),
            validated.Select(epoch => epoch.ValidationLoss!.Value).ToArray());
        line.LegendText = "validation";
        line.LineWidth = 2;
        line.MarkerSize = 7;
    }
}
