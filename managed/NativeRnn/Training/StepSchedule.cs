namespace NativeRnn.Training;

/// <summary>A learning rate that is multiplied by a factor every so many steps, as PyTorch's StepLR.</summary>
public sealed class StepSchedule : LearningRateSchedule
{
    private readonly float _rate;
    private readonly long _every;
    private readonly double _factor;

    /// <summary>A schedule.</summary>
    /// <param name="rate">At the start, at least 0.</param>
    /// <param name="every">The steps between two changes, at least 1.</param>
    /// <param name="factor">Of each change, in (0, 1].</param>
    public StepSchedule(float rate, long every, double factor = 0.1)
    {
        _rate = RequireRate(rate, nameof(rate));
        _every = RequireSteps(every, nameof(every));
        _factor = Require(factor, factor is > 0 and <= 1, nameof(factor), "in (0, 1]");
    }

    /// <inheritdoc/>
    public override float RateAt(long taken) => (float)(_rate * Math.Pow(_factor, taken / _every));
}
