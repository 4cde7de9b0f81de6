namespace NativeRnn.Training;

/// <summary>The mean of (prediction - target)^2.</summary>
public sealed class MeanSquaredError : Loss
{
    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">Any shape.</param>
    /// <param name="targets">Floats of the same shape.</param>
    public override Tensor EvaluateEach(Tensor predictions, Tensor targets)
    {
        RequireSameShape(predictions, targets);
        return (predictions - targets).Square();
    }
}
