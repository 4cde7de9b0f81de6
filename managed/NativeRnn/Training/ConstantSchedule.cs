namespace NativeRnn.Training;

/// <summary>One learning rate; to warm up to it: <see cref="WarmUpSchedule"/>.</summary>
public sealed class ConstantSchedule : LearningRateSchedule
{
    private readonly float _rate;

    /// <summary>A schedule.</summary>
    /// <param name="rate">At least 0.</param>
    public ConstantSchedule(float rate) => _rate = RequireRate(rate, nameof(rate));

    /// <inheritdoc/>
    public override float RateAt(long taken) => _rate;
}
