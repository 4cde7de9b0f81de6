using System.Globalization;

namespace NativeRnn.Training;

/// <summary>
/// Moves forecast quantiles so that they hold on data that was not trained on: each by the quantile of what it was off
/// there, with the correction for few data of split conformal prediction (Romano 2019), by step of the horizon. Where
/// the data to come are like those that it was fitted on, the share of targets below a quantile is then what its name
/// says, however good the model is.
/// </summary>
/// <example>
/// <code>
/// float[] quantiles = [0.1f, 0.5f, 0.9f];
/// QuantileCalibration calibration = QuantileCalibration.Fit(
///     quantiles, model.Predict(validation.Inputs).ToArray(), validation.Targets.ToArray());
/// float[] forecasts = calibration.Apply(model.Predict(test.Inputs).ToArray());
/// </code>
/// </example>
public sealed class QuantileCalibration
{
    private readonly float[] _quantiles;
    private readonly float[] _shifts;

    /// <summary>A calibration of known shifts, such as of a saved one.</summary>
    /// <param name="quantiles">Ascending, each in (0, 1).</param>
    /// <param name="shifts">What is added, [H,Q]: by step of the horizon, by quantile.</param>
    public QuantileCalibration(IReadOnlyList<float> quantiles, IReadOnlyList<float> shifts)
    {
        ArgumentNullException.ThrowIfNull(quantiles);
        ArgumentNullException.ThrowIfNull(shifts);
        _quantiles = [.. quantiles];
        _shifts = [.. shifts];
        CheckQuantiles(_quantiles);
        if (_shifts.Length == 0 || _shifts.Length % _quantiles.Length != 0 || !_shifts.All(float.IsFinite))
        {
            throw new ArgumentException(
                $"there are {_shifts.Length} shifts, must be finite and some for each of {_quantiles.Length} quantiles",
                nameof(shifts));
        }
    }

    /// <summary>The quantiles, ascending.</summary>
    public IReadOnlyList<float> Quantiles => _quantiles;

    /// <summary>What is added, [H,Q].</summary>
    public IReadOnlyList<float> Shifts => _shifts;

    /// <summary>Steps of the horizon, H.</summary>
    public int Horizon => _shifts.Length / _quantiles.Length;

    /// <summary>Learns the shifts.</summary>
    /// <param name="quantiles">Ascending, each in (0, 1).</param>
    /// <param name="forecasts">Of data that was not trained on, [N,H,Q].</param>
    /// <param name="targets">What came, [N,H].</param>
    /// <param name="horizon">H, at least 1.</param>
    public static QuantileCalibration Fit(
        IReadOnlyList<float> quantiles, ReadOnlySpan<float> forecasts, ReadOnlySpan<float> targets, int horizon = 1)
    {
        ArgumentNullException.ThrowIfNull(quantiles);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        int count = quantiles.Count;
        CheckQuantiles(quantiles);
        if (targets.IsEmpty || targets.Length % horizon != 0 || (long)targets.Length * count != forecasts.Length)
        {
            throw new ArgumentException(
                $"there are {targets.Length} targets and {forecasts.Length} forecasts, must be {horizon} targets for " +
                $"each row, and {count} forecasts for each target", nameof(targets));
        }

        float[] shifts = new float[horizon * count];
        float[] errors = new float[targets.Length / horizon];
        for (int index = 0; index < shifts.Length; index++)
        {
            (int step, int quantile) = Math.DivRem(index, count);
            for (int row = 0; row < errors.Length; row++)
            {
                int at = (row * horizon) + step;
                errors[row] = targets[at] - forecasts[(at * count) + quantile];
            }

            Array.Sort(errors);
            shifts[index] = errors[RankOf(quantiles[quantile], errors.Length)];
        }

        return new QuantileCalibration(quantiles, shifts);
    }

    /// <summary>Moves forecasts, and puts those of a step in order where they cross.</summary>
    /// <param name="forecasts">[N,H,Q].</param>
    /// <returns>[N,H,Q].</returns>
    public float[] Apply(ReadOnlySpan<float> forecasts)
    {
        if (forecasts.Length % _shifts.Length != 0)
        {
            throw new ArgumentException(
                $"there are {forecasts.Length} forecasts, must be {_shifts.Length} for each row", nameof(forecasts));
        }

        float[] moved = new float[forecasts.Length];
        for (int index = 0; index < moved.Length; index++)
        {
            moved[index] = forecasts[index] + _shifts[index % _shifts.Length];
        }

        for (int start = 0; start < moved.Length; start += _quantiles.Length)
        {
            moved.AsSpan(start, _quantiles.Length).Sort();
        }

        return moved;
    }

    // Of n sorted errors and one to come, each is as likely to be at any place: the place q (n + 1) from below, or of
    // an upper quantile from above, has the promised share on its side at least.
    private static int RankOf(double quantile, int count)
    {
        const double Rounding = 1e-6;
        double place = quantile * (count + 1);
        double rank = quantile < 0.5 ? Math.Floor(place + Rounding) : Math.Ceiling(place - Rounding);
        return (int)Math.Clamp(rank - 1, 0, count - 1);
    }

    private static void CheckQuantiles(IReadOnlyList<float> quantiles)
    {
        bool isRight = quantiles.Count > 0 && quantiles.All(quantile => quantile is > 0 and < 1)
            && quantiles.Zip(quantiles.Skip(1)).All(pair => pair.First < pair.Second);
        if (!isRight)
        {
            string text = string.Join(", ", quantiles.Select(one => one.ToString(CultureInfo.InvariantCulture)));
            throw new ArgumentException($"quantiles are [{text}], must ascend within (0, 1)", nameof(quantiles));
        }
    }
}
