namespace NativeRnn.Training;

/// <summary>
/// One cycle (Smith 2018), as PyTorch's OneCycleLR: the learning rate rises along a half cosine from
/// maxRate / startDivisor to maxRate and falls along another to a last rate far below the first, while
/// the momentum falls and rises.
/// </summary>
public sealed class OneCycleSchedule : LearningRateSchedule
{
    private readonly float _maxRate;
    private readonly long _steps;
    private readonly double _rise;
    private readonly double _startDivisor;
    private readonly double _endDivisor;
    private readonly (float Low, float High)? _momentum;

    /// <summary>A schedule.</summary>
    /// <param name="maxRate">The highest rate, at least 0.</param>
    /// <param name="steps">Of the whole cycle, at least 1; later ones have the last rate.</param>
    /// <param name="rise">The part of the steps that the rate rises, in (0, 1).</param>
    /// <param name="startDivisor">The first rate is maxRate / startDivisor; at least 1.</param>
    /// <param name="endDivisor">The last rate is the first / endDivisor; at least 1.</param>
    /// <param name="momentum">
    /// The least momentum, at the highest rate, and the greatest, at both ends; 0 &lt; Low &lt;= High
    /// &lt; 1. Null: the optimiser's own. Without effect on one that has none.
    /// </param>
    public OneCycleSchedule(
        float maxRate,
        long steps,
        double rise = 0.3,
        double startDivisor = 25,
        double endDivisor = 1e4,
        (float Low, float High)? momentum = null)
    {
        _maxRate = RequireRate(maxRate, nameof(maxRate));
        _steps = RequireSteps(steps, nameof(steps));
        _rise = Require(rise, rise is > 0 and < 1, nameof(rise), "in (0, 1)");
        _startDivisor = RequireDivisor(startDivisor, nameof(startDivisor));
        _endDivisor = RequireDivisor(endDivisor, nameof(endDivisor));
        if (momentum is (float low, float high) && !(low > 0 && low <= high && high < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(momentum), momentum, "momentum must have 0 < Low <= High < 1");
        }

        _momentum = momentum;
    }

    /// <inheritdoc/>
    public override float RateAt(long taken)
    {
        double start = _maxRate / _startDivisor;
        return (float)Between(taken, start, _maxRate, start / _endDivisor);
    }

    /// <inheritdoc/>
    public override float? MomentumAt(long taken) => _momentum is (float low, float high)
        ? (float)Between(taken, high, low, high)
        : null;

    private static double RequireDivisor(double divisor, string name) => Require(
        divisor, divisor >= 1 && double.IsFinite(divisor), name, "at least 1 and finite");

    // From one value to a second to a third. The second is reached at step rise * steps - 1 as in
    // PyTorch, but not before step 0.
    private double Between(long taken, double first, double second, double third)
    {
        double top = Math.Max(0, (_rise * _steps) - 1);
        double last = Math.Max(top, _steps - 1);
        double at = Math.Min(taken, last);
        return at < top
            ? HalfCosine(first, second, at / top)
            : HalfCosine(second, third, last > top ? (at - top) / (last - top) : 1);
    }

    private static double HalfCosine(double from, double to, double way) =>
        to + ((from - to) * 0.5 * (1 + Math.Cos(Math.PI * way)));
}
