namespace NativeRnn.Training;

/// <summary>
/// Ends the training after a time: after the batch that runs then, so that the epoch's results, its validation
/// included, are still made. What a run with it learns depends on the machine's speed.
/// </summary>
public sealed class TimeLimit : Callback
{
    private readonly TimeSpan _limit;

    /// <summary>A limit.</summary>
    /// <param name="limit">Counted from the start of <c>Fit</c>; more than zero.</param>
    public TimeLimit(TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
        _limit = limit;
    }

    /// <inheritdoc/>
    public override void OnBatchEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Elapsed >= _limit)
        {
            context.Stop(FormattableString.Invariant($"its time of {_limit.TotalSeconds:0.###} s was over"));
        }
    }
}
