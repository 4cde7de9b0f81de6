namespace NativeRnn.Training;

/// <summary>
/// A learning rate that rises in a straight line to where another schedule begins (Goyal 2017), and then
/// follows that one.
/// </summary>
public sealed class WarmUpSchedule : LearningRateSchedule
{
    private readonly LearningRateSchedule _inner;
    private readonly long _steps;
    private readonly double _start;

    /// <summary>A schedule.</summary>
    /// <param name="inner">The schedule after the rise; its first step is the one that the rise ends at.</param>
    /// <param name="steps">The steps of the rise, at least 1.</param>
    /// <param name="startFactor">The part of the rate that it rises from, in [0, 1].</param>
    public WarmUpSchedule(LearningRateSchedule inner, long steps, double startFactor = 0)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        _steps = RequireSteps(steps, nameof(steps));
        _start = Require(startFactor, startFactor is >= 0 and <= 1, nameof(startFactor), "in [0, 1]");
    }

    /// <inheritdoc/>
    protected internal override IReadOnlyDictionary<string, float> State => _inner.State;

    /// <inheritdoc/>
    public override float RateAt(long taken) => taken >= _steps
        ? _inner.RateAt(taken - _steps)
        : (float)(_inner.RateAt(0) * (_start + ((1 - _start) * taken / _steps)));

    /// <inheritdoc/>
    public override float? MomentumAt(long taken) => _inner.MomentumAt(Math.Max(0, taken - _steps));

    /// <inheritdoc/>
    public override void Observe(float value) => _inner.Observe(value);

    internal override void EpochEnded(EpochResult result) => _inner.EpochEnded(result);

    /// <inheritdoc/>
    protected internal override void Load(IReadOnlyDictionary<string, float> state) =>
        _inner.Load(state);
}
