namespace NativeRnn.Training;

/// <summary>
/// Squares of small errors, absolute values of large ones (Huber 1964): with e = |prediction -
/// target| the mean of e^2 / 2 where e is at most delta, else of delta (e - delta / 2).
/// </summary>
public sealed class Huber : Loss
{
    private readonly float _delta;

    /// <summary>A Huber loss.</summary>
    /// <param name="delta">Where squares end, above 0 and finite.</param>
    public Huber(float delta = 1)
    {
        if (!(delta > 0) || float.IsInfinity(delta))
        {
            throw new ArgumentOutOfRangeException(
                nameof(delta), delta, "delta must be above 0 and finite");
        }

        _delta = delta;
    }

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">Any shape.</param>
    /// <param name="targets">Floats of the same shape.</param>
    public override Tensor EvaluateEach(Tensor predictions, Tensor targets)
    {
        RequireSameShape(predictions, targets);
        Tensor error = (predictions - targets).Abs();
        Tensor large = _delta * (error - (0.5f * _delta));
        return Tensor.Where(error.Greater(_delta), large, 0.5f * error.Square());
    }
}
