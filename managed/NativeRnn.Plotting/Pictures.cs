using NativeRnn.Training;

namespace NativeRnn.Plotting;

/// <summary>Pictures of what training gives.</summary>
public static class Pictures
{
    /// <summary>Draws the loss curve: training and, if there was any, validation.</summary>
    /// <param name="history">What Fit did.</param>
    /// <param name="path">The PNG file; its directory must exist.</param>
    public static void SavePicture(this History history, string path)
    {
        ArgumentNullException.ThrowIfNull(history);
        new CurvePicture
        {
            Title = "Loss",
            XLabel = "epochs",
            YLabel = "loss",
            Curves =
            [
                new Curve("training", Points(history, epoch => epoch.Training)),
                new Curve("validation", Points(history, epoch => epoch.Validation), HasMarkers: true),
            ],
        }.Save(path);
    }

    /// <summary>
    /// Draws the norm of dL/dh_t by the step, a line for each recurrent layer, on a logarithmic axis: a
    /// straight fall to the left is a vanishing gradient, a rise an exploding one.
    /// </summary>
    /// <param name="health">As measured.</param>
    /// <param name="path">The PNG file; its directory must exist.</param>
    public static void SavePicture(this GradientHealth health, string path)
    {
        ArgumentNullException.ThrowIfNull(health);
        new CurvePicture
        {
            Title = "Gradient by the hidden state",
            XLabel = "step t",
            YLabel = "norm of dL/dh",
            IsLogarithmic = true,
            Curves =
            [
                .. health.Layers.Select(layer => new Curve(
                    layer.Title, [.. layer.Norms.Select((norm, step) => ((double)step, norm))])),
            ],
        }.Save(path);
    }

    /// <summary>Draws the loss by the learning rate, on a logarithmic axis of rates.</summary>
    /// <param name="finder">After it has tried.</param>
    /// <param name="path">The PNG file; its directory must exist.</param>
    public static void SavePicture(this LearningRateFinder finder, string path)
    {
        ArgumentNullException.ThrowIfNull(finder);
        new CurvePicture
        {
            Title = "Learning rates",
            XLabel = "logarithm of the learning rate, base 10",
            YLabel = "smoothed loss",
            Curves =
            [
                new Curve("loss", [.. finder.Curve.Select(
                    point => (Math.Log10(point.LearningRate), point.Loss))]),
            ],
        }.Save(path);
    }

    private static (double X, double Y)[] Points(
        History history, Func<EpochResult, Evaluation?> evaluation) =>
        [.. history.Epochs.Select(epoch => (Epoch: (double)epoch.Epoch, Evaluation: evaluation(epoch)))
            .Where(point => point.Evaluation is not null)
            .Select(point => (point.Epoch, point.Evaluation!.Loss))];
}
