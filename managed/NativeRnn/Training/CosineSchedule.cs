namespace NativeRnn.Training;

/// <summary>
/// A learning rate that rises in a straight line to its peak and then falls along a half cosine
/// (Loshchilov 2017).
/// </summary>
public sealed class CosineSchedule
{
    private readonly float _peak;
    private readonly double _warmUp;
    private readonly double _floor;

    /// <summary>A schedule.</summary>
    /// <param name="peak">The highest rate, at least 0.</param>
    /// <param name="warmUp">The part of the way that it rises, in [0, 1).</param>
    /// <param name="floor">The rate at the end, as a part of the peak, in [0, 1].</param>
    public CosineSchedule(float peak, double warmUp = 0, double floor = 0)
    {
        if (!(peak >= 0) || float.IsInfinity(peak))
        {
            throw new ArgumentOutOfRangeException(
                nameof(peak), peak, "peak must be at least 0 and finite");
        }

        if (!(warmUp >= 0 && warmUp < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(warmUp), warmUp, "warmUp must be in [0, 1)");
        }

        if (!(floor >= 0 && floor <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(floor), floor, "floor must be in [0, 1]");
        }

        (_peak, _warmUp, _floor) = (peak, warmUp, floor);
    }

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
