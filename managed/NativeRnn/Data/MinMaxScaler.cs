namespace NativeRnn.Data;

/// <summary>
/// Maps numbers so that those that it was fitted on fill a range, by default 0 to 1; as scikit-learn's. Fit it on what
/// is trained on, and scale with it what the model sees later, too.
/// </summary>
/// <example>
/// <code>
/// MinMaxScaler scaler = MinMaxScaler.Fit(training);
/// float[] scaled = scaler.Transform(test);
/// double[] forecast = scaler.Inverse(model.Predict(x).ToArray());
/// </code>
/// </example>
public sealed class MinMaxScaler
{
    private readonly double _low;
    private readonly double _factor;

    private MinMaxScaler(double minimum, double maximum, double low, double high)
    {
        Minimum = minimum;
        Maximum = maximum;
        _low = low;
        _factor = maximum > minimum ? (high - low) / (maximum - minimum) : 1;
    }

    /// <summary>The smallest number that it was fitted on.</summary>
    public double Minimum { get; }

    /// <summary>The largest number that it was fitted on.</summary>
    public double Maximum { get; }

    /// <summary>Learns the range of numbers. Where all are equal, they become <paramref name="low"/>.</summary>
    /// <param name="values">At least one, all finite.</param>
    /// <param name="low">What the smallest becomes; finite.</param>
    /// <param name="high">What the largest becomes; finite, above <paramref name="low"/>.</param>
    /// <exception cref="ArgumentException">
    /// There are no numbers, one is not finite, or the range is empty.
    /// </exception>
    public static MinMaxScaler Fit(ReadOnlySpan<double> values, double low = 0, double high = 1)
    {
        if (!(low < high) || !double.IsFinite(low) || !double.IsFinite(high))
        {
            throw new ArgumentOutOfRangeException(nameof(high), high, "high must be above low, and both finite");
        }

        if (values.IsEmpty)
        {
            throw new ArgumentException("there must be a value", nameof(values));
        }

        double minimum = double.PositiveInfinity;
        double maximum = double.NegativeInfinity;
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
            {
                throw new ArgumentException($"values must be finite, one is {value}", nameof(values));
            }

            minimum = Math.Min(minimum, value);
            maximum = Math.Max(maximum, value);
        }

        return new MinMaxScaler(minimum, maximum, low, high);
    }

    /// <summary>Scales numbers; those outside of what it was fitted on leave the range.</summary>
    /// <param name="values">In the data's unit.</param>
    public float[] Transform(ReadOnlySpan<double> values)
    {
        float[] scaled = new float[values.Length];
        for (int index = 0; index < scaled.Length; index++)
        {
            scaled[index] = (float)(((values[index] - Minimum) * _factor) + _low);
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
            values[index] = ((scaled[index] - _low) / _factor) + Minimum;
        }

        return values;
    }
}
