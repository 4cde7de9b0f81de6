namespace NativeRnn.Layers;

/// <summary>
/// How the probability of teacher forcing falls over a training (Bengio 2015): what
/// <see cref="Seq2Seq.Forward(Tensor, Tensor, Tensor?, float)"/> gets at each step of the optimiser.
/// </summary>
public static class ScheduledSampling
{
    /// <summary>max(least, 1 - slope step).</summary>
    /// <param name="step">From 0.</param>
    /// <param name="slope">At least 0.</param>
    /// <param name="least">In [0, 1].</param>
    public static float Linear(long step, double slope, double least = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        Require(slope >= 0 && double.IsFinite(slope), slope, nameof(slope), "at least 0 and finite");
        Require(least is >= 0 and <= 1, least, nameof(least), "in [0, 1]");
        return (float)Math.Max(least, 1 - (slope * step));
    }

    /// <summary>rate^step.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="rate">In (0, 1).</param>
    public static float Exponential(long step, double rate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        Require(rate is > 0 and < 1, rate, nameof(rate), "in (0, 1)");
        return (float)Math.Pow(rate, step);
    }

    /// <summary>k / (k + exp(step / k)).</summary>
    /// <param name="step">From 0.</param>
    /// <param name="k">At least 1.</param>
    public static float InverseSigmoid(long step, double k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        Require(k >= 1 && double.IsFinite(k), k, nameof(k), "at least 1 and finite");
        return (float)(k / (k + Math.Exp(step / k)));
    }

    private static void Require(bool holds, double value, string name, string what)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {what}");
        }
    }
}
