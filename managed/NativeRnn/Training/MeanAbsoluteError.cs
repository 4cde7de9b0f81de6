namespace NativeRnn.Training;

/// <summary>The mean of |prediction - target|.</summary>
public sealed class MeanAbsoluteError : Loss
{
    /// <inheritdoc/>
    /// <param name="predictions">Any shape.</param>
    /// <param name="targets">Floats of the same shape.</param>
    public override Tensor Evaluate(Tensor predictions, Tensor targets)
    {
        RequireSameShape(predictions, targets);
        return (predictions - targets).Abs().Mean();
    }
}
