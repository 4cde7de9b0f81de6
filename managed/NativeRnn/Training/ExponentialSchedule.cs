namespace NativeRnn.Training;

/// <summary>
/// A learning rate that falls by the same factor over each stretch of so many steps, a little at each
/// step, as Keras' ExponentialDecay; every step by the factor if the stretch is 1, as PyTorch's
/// ExponentialLR.
/// </summary>
public sealed class ExponentialSchedule : LearningRateSchedule
{
    private readonly float _rate;
    private readonly double _factor;
    private readonly long _over;

    /// <summary>A schedule: rate * factor^(step / over).</summary>
    /// <param name="rate">At the start, at least 0.</param>
    /// <param name="factor">In (0, 1].</param>
    /// <param name="over">The steps that the factor is for, at least 1.</param>
    public ExponentialSchedule(float rate, double factor, long over = 1)
    {
        _rate = RequireRate(rate, nameof(rate));
        _factor = Require(factor, factor is > 0 and <= 1, nameof(factor), "in (0, 1]");
        _over = RequireSteps(over, nameof(over));
    }

    /// <inheritdoc/>
    public override float RateAt(long taken) =>
        (float)(_rate * Math.Pow(_factor, (double)taken / _over));
}
