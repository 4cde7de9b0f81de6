namespace NativeRnn.Training;

/// <summary>The mean of |prediction - target|; its gradient at 0 is 0.</summary>
public sealed class MeanAbsoluteError : Loss
{
    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">Any shape.</param>
    /// <param name="targets">Floats of the same shape.</param>
    public override Tensor EvaluateEach(Tensor predictions, Tensor targets)
    {
        RequireSameShape(predictions, targets);
        return (predictions - targets).Abs();
    }
}
