namespace NativeRnn.Training;

/// <summary>
/// The mean of log cosh(prediction - target): near 0 half the square, far away the absolute value
/// less log 2. Computed as |e| + log(1 + exp(-2 |e|)) - log 2, which does not overflow.
/// </summary>
public sealed class LogCosh : Loss
{
    private const float LogOf2 = 0.693147181f;

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">Any shape.</param>
    /// <param name="targets">Floats of the same shape.</param>
    public override Tensor EvaluateEach(Tensor predictions, Tensor targets)
    {
        RequireSameShape(predictions, targets);
        Tensor error = (predictions - targets).Abs();
        return error + (-2 * error).Softplus() - LogOf2;
    }
}
