using NativeRnn.Plotting;
using NativeRnn.Training;

namespace NativeRnn.Cli.Forecasting;

/// <summary>Forecasts as pictures.</summary>
internal static class ForecastPictures
{
    private const int MostSteps = 200;

    /// <summary>The last forecasts beside what came; of long horizons, those that follow each other.</summary>
    public static CurvePicture Series(ForecastOutcome outcome)
    {
        int horizon = outcome.Task.Horizon;
        int forecasts = Math.Clamp(MostSteps / horizon, 1, 1 + ((outcome.Count - 1) / horizon));
        int first = outcome.Count - 1 - ((forecasts - 1) * horizon);
        int[] indices = [.. Enumerable.Range(0, forecasts)
            .SelectMany(number => Enumerable.Range((first + (number * horizon)) * horizon, horizon))];
        int top = outcome.Task.Quantiles.Count - 1;
        return new CurvePicture
        {
            Title = horizon == 1 ? "The last of the test" : $"The last of the test, {horizon} steps at a time",
            XLabel = "step",
            YLabel = outcome.Task.Encoding.Target,
            Curves =
            [
                Line(outcome.Task.Encoding.Target, index => outcome.Truth[index]),
                Line("forecast", outcome.PointAt),
            ],
            Bands = top > 0 ? [Range(outcome.Task.Quantiles[0], outcome.Task.Quantiles[top])] : [],
        };

        Band Range(float low, float high) => new(
            FormattableString.Invariant($"quantiles {low:0.###} to {high:0.###}"),
            [.. indices.Select(
                (index, step) => ((double)step, outcome.QuantileAt(index, 0), outcome.QuantileAt(index, top)))]);

        Curve Line(string name, Func<int, double> value) =>
            new(name, [.. indices.Select((index, step) => ((double)step, value(index)))]);
    }

    /// <summary>How the error grows with the horizon.</summary>
    public static CurvePicture Steps(ForecastOutcome outcome) => new()
    {
        Title = "Error by step of the horizon",
        XLabel = "step",
        YLabel = "RMSE",
        Curves =
        [
            BySteps("model", [.. outcome.Points], outcome),
            BySteps("last value", outcome.Last, outcome),
        ],
    };

    /// <summary>The losses of the first network.</summary>
    public static CurvePicture Loss(History history) => new()
    {
        Title = "Loss",
        XLabel = "epochs",
        YLabel = "loss",
        Curves =
        [
            new Curve("training", Points(history.Losses), HasMarkers: true),
            new Curve("validation", Points(history.ValidationLosses), HasMarkers: true),
        ],
    };

    private static Curve BySteps(string name, IReadOnlyList<double> forecasts, ForecastOutcome outcome) =>
        new(name, Points(ForecastMetrics.RmseBySteps(forecasts, outcome)), HasMarkers: true);

    private static (double X, double Y)[] Points(IReadOnlyList<double> values) =>
        [.. values.Select((value, index) => (index + 1.0, value))];
}
