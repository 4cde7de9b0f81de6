using System.Globalization;

namespace NativeRnn.Cli.Forecasting;

/// <summary>How good forecasts are, beside the naive ones; names as in the JSON.</summary>
internal static class ForecastMetrics
{
    /// <summary>All metrics of some forecasts.</summary>
    public static IReadOnlyList<(string Name, double Value)> Of(ForecastOutcome outcome)
    {
        double[] points = [.. outcome.Points];
        double mse = MeanSquare(points, outcome.Truth);
        double mean = outcome.Truth.Average();
        float[] scaled = outcome.Task.Encoding.Scale(points);
        float[] truth = outcome.Task.Encoding.Scale(outcome.Truth);
        double[] errors = [.. scaled.Zip(truth, (a, b) => (double)a - b)];
        return
        [
            ("forecasts", outcome.Count),
            ("mae", MeanAbsolute(points, outcome.Truth)),
            ("mse", mse),
            ("rmse", Math.Sqrt(mse)),
            ("r2", 1 - (mse / outcome.Truth.Average(value => (value - mean) * (value - mean)))),
            ("scaled_mae", errors.Average(Math.Abs)),
            ("scaled_mse", errors.Average(error => error * error)),
            .. Beside(outcome, "naive", outcome.Last, mse),
            .. Beside(outcome, "calendar_mean", outcome.Calendar, mse),
            .. Direction(outcome, points),
            .. Ranges(outcome),
        ];
    }

    /// <summary>The root of the mean square error of each step of the horizon.</summary>
    /// <param name="forecasts">[N,H].</param>
    /// <param name="outcome">What came.</param>
    public static double[] RmseBySteps(IReadOnlyList<double> forecasts, ForecastOutcome outcome)
    {
        int horizon = outcome.Task.Horizon;
        double[] sums = new double[horizon];
        for (int index = 0; index < forecasts.Count; index++)
        {
            double error = forecasts[index] - outcome.Truth[index];
            sums[index % horizon] += error * error;
        }

        return [.. sums.Select(sum => Math.Sqrt(sum / outcome.Count))];
    }

    public static double MeanAbsolute(IReadOnlyList<double> forecasts, IReadOnlyList<double> truth) =>
        forecasts.Zip(truth, (a, b) => Math.Abs(a - b)).Average();

    public static double MeanSquare(IReadOnlyList<double> forecasts, IReadOnlyList<double> truth) =>
        forecasts.Zip(truth, (a, b) => (a - b) * (a - b)).Average();

    /// <summary>The mean pinball loss of the quantiles, in the target's unit.</summary>
    public static double QuantileLoss(ForecastOutcome outcome) =>
        Enumerable.Range(0, outcome.Truth.Count).Average(index => Pinball(outcome, index));

    // A forecast that needs no model, and by which part of its RMSE the model is under it.
    private static IEnumerable<(string Name, double Value)> Beside(
        ForecastOutcome outcome, string name, IReadOnlyList<double> forecasts, double mse)
    {
        if (forecasts.Count == 0)
        {
            return [];
        }

        double other = MeanSquare(forecasts, outcome.Truth);
        return
        [
            ($"{name}_mae", MeanAbsolute(forecasts, outcome.Truth)),
            ($"{name}_rmse", Math.Sqrt(other)),
            ($"rmse_under_{name}", 1 - Math.Sqrt(mse / other)),
        ];
    }

    // Whether it rises or falls from the last number that was seen; where nothing changed, nobody was right.
    private static IEnumerable<(string Name, double Value)> Direction(ForecastOutcome outcome, double[] points)
    {
        int[] changed = [.. Enumerable.Range(0, points.Length).Where(index => outcome.Truth[index] != outcome.Last[index])];
        if (changed.Length == 0)
        {
            return [];
        }

        bool Rises(IReadOnlyList<double> values, int index) => values[index] > outcome.Last[index];
        double right = changed.Count(index => Rises(points, index) == Rises(outcome.Truth, index));
        double rising = changed.Count(index => Rises(outcome.Truth, index));
        return
        [
            ("direction_accuracy", right / changed.Length),
            ("rising_share", rising / changed.Length),
        ];
    }

    private static List<(string Name, double Value)> Ranges(ForecastOutcome outcome)
    {
        IReadOnlyList<float> quantiles = outcome.Task.Quantiles;
        List<(string Name, double Value)> metrics = [];
        if (quantiles.Count == 0)
        {
            return metrics;
        }

        int[] steps = [.. Enumerable.Range(0, outcome.Truth.Count)];
        metrics.Add(("quantile_loss", QuantileLoss(outcome)));
        if (quantiles.Count > 1)
        {
            int top = quantiles.Count - 1;
            metrics.Add(("coverage", steps.Average(index => IsWithin(outcome, index) ? 1.0 : 0)));
            metrics.Add(("nominal_coverage", Math.Round((double)quantiles[top] - quantiles[0], 6)));
            metrics.Add((
                "interval_width",
                steps.Average(index => outcome.QuantileAt(index, top) - outcome.QuantileAt(index, 0))));
        }

        for (int quantile = 0; quantile < quantiles.Count; quantile++)
        {
            int at = quantile;
            string percent = (quantiles[quantile] * 100).ToString("0.###", CultureInfo.InvariantCulture).Replace('.', '_');
            metrics.Add((
                $"share_below_q{percent}",
                steps.Average(index => outcome.Truth[index] <= outcome.QuantileAt(index, at) ? 1.0 : 0)));
        }

        return metrics;
    }

    private static bool IsWithin(ForecastOutcome outcome, int index) =>
        outcome.Truth[index] >= outcome.QuantileAt(index, 0)
        && outcome.Truth[index] <= outcome.QuantileAt(index, outcome.Task.Quantiles.Count - 1);

    private static double Pinball(ForecastOutcome outcome, int index)
    {
        IReadOnlyList<float> quantiles = outcome.Task.Quantiles;
        double sum = 0;
        for (int quantile = 0; quantile < quantiles.Count; quantile++)
        {
            double error = outcome.Truth[index] - outcome.QuantileAt(index, quantile);
            sum += Math.Max(quantiles[quantile] * error, (quantiles[quantile] - 1) * error);
        }

        return sum / quantiles.Count;
    }
}
