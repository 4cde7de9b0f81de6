namespace NativeRnn.Training;

/// <summary>
/// A learning rate that rises in a straight line to its peak and then falls along a half cosine
/// (Loshchilov 2017).
/// </summary>
public sealed class CosineSchedule : LearningRateSchedule
{
    private readonly float _peak;
    private readonly long _steps;
    private readonly double _warmUp;
    private readonly double _floor;

    /// <summary>A schedule.</summary>
    /// <param name="peak">The highest rate, at least 0.</param>
    /// <param name="steps">Of the whole way, at least 1; later ones have the last rate.</param>
    /// <param name="warmUp">The part of the way that it rises, in [0, 1).</param>
    /// <param name="floor">The rate at the end, as a part of the peak, in [0, 1].</param>
    public CosineSchedule(float peak, long steps, double warmUp = 0, double floor = 0)
    {
        _peak = RequireRate(peak, nameof(peak));
        _steps = RequireSteps(steps, nameof(steps));
        _warmUp = Require(warmUp, warmUp is >= 0 and < 1, nameof(warmUp), "in [0, 1)");
        _floor = Require(floor, floor is >= 0 and <= 1, nameof(floor), "in [0, 1]");
    }

    /// <inheritdoc/>
    public override float RateAt(long taken) => At((double)taken / _steps);

    /// <summary>The rate at a place of the way.</summary>
    /// <param name="progress">0 at the start, 1 at the end; beyond counts as the end.</param>
    public float At(double progress)
    {
        double way = Math.Clamp(progress, 0, 1);
        if (way < _warmUp)
        {
            return (float)(_peak * way / _warmUp);
        }

        double fall = (way - _warmUp) / (1 - _warmUp);
        return (float)(_peak * (_floor + ((1 - _floor) * 0.5 * (1 + Math.Cos(Math.PI * fall)))));
    }
}
