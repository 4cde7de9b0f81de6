namespace NativeRnn.Data;

/// <summary>
/// Maps numbers so that those that it was fitted on have mean 0 and standard deviation 1; as scikit-learn's. Fit it on
/// what is trained on, and scale with it what the model sees later, too.
/// </summary>
/// <example>
/// <code>
/// StandardScaler scaler = StandardScaler.Fit(training);
/// float[] scaled = scaler.Transform(test);
/// double[] forecast = scaler.Inverse(model.Predict(x).ToArray());
/// </code>
/// </example>
public sealed class StandardScaler
{
    /// <summary>A scaler of known numbers, such as of a saved one.</summary>
    /// <param name="mean">Becomes 0; finite.</param>
    /// <param name="deviation">Becomes 1; finite, above 0.</param>
    public StandardScaler(double mean, double deviation)
    {
        if (!double.IsFinite(mean))
        {
            throw new ArgumentOutOfRangeException(nameof(mean), mean, "mean must be finite");
        }

        if (!(deviation > 0) || double.IsInfinity(deviation))
        {
            throw new ArgumentOutOfRangeException(nameof(deviation), deviation, "deviation must be above 0 and finite");
        }

        (Mean, Deviation) = (mean, deviation);
    }

    /// <summary>The mean of the numbers that it was fitted on.</summary>
    public double Mean { get; }

    /// <summary>Their standard deviation, with their count as the divisor; 1 where all are equal.</summary>
    public double Deviation { get; }

    /// <summary>Learns the mean and the deviation of numbers. Where all are equal, they become 0.</summary>
    /// <param name="values">At least one, all finite.</param>
    /// <exception cref="ArgumentException">There are no numbers, or one is not finite.</exception>
    public static StandardScaler Fit(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
        {
            throw new ArgumentException("there must be a value", nameof(values));
        }

        double mean = 0;
        foreach (double value in values)
        {
            mean += double.IsFinite(value)
                ? value / values.Length
                : throw new ArgumentException($"values must be finite, one is {value}", nameof(values));
        }

        double variance = 0;
        foreach (double value in values)
        {
            variance += (value - mean) * (value - mean) / values.Length;
        }

        // Of equal numbers, what rounding left is no deviation.
        double deviation = Math.Sqrt(variance);
        return new StandardScaler(mean, deviation > Math.Abs(mean) * 1e-12 ? deviation : 1);
    }

    /// <summary>Scales numbers.</summary>
    /// <param name="values">In the data's unit.</param>
    public float[] Transform(ReadOnlySpan<double> values)
    {
        float[] scaled = new float[values.Length];
        for (int index = 0; index < scaled.Length; index++)
        {
            scaled[index] = (float)((values[index] - Mean) / Deviation);
        }

        return scaled;
    }

    /// <summary>Gives scaled numbers, such as forecasts, back in the data's unit.</summary>
    /// <param name="scaled">As <see cref="Transform"/> gives them.</param>
    public double[] Inverse(ReadOnlySpan<float> scaled)
    {
        double[] values = new double[scaled.Length];
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = (scaled[index] * Deviation) + Mean;
        }

        return values;
    }
}
