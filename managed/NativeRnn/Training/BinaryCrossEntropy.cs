namespace NativeRnn.Training;

/// <summary>
/// Cross-entropy of yes-or-no answers, from logits: the mean of log(1 + exp(x)) - x t, in nats.
/// </summary>
public sealed class BinaryCrossEntropy : Loss
{
    /// <inheritdoc/>
    /// <param name="predictions">Logits x of any shape: before the sigmoid.</param>
    /// <param name="targets">Floats t from 0 to 1 of the same shape.</param>
    public override Tensor Evaluate(Tensor predictions, Tensor targets)
    {
        RequireSameShape(predictions, targets);
        return (predictions.Softplus() - (predictions * targets)).Mean();
    }
}
