namespace NativeRnn.Training;

/// <summary>
/// Cross-entropy of classes whose targets are distributions, such as one-hot rows, in nats. For
/// targets that are class numbers see <see cref="CrossEntropyLoss"/>.
/// </summary>
public sealed class CategoricalCrossEntropy : Loss
{
    // Keras' epsilon: a probability below it counts as this one.
    private const float SmallestProbability = 1e-7f;

    /// <summary>A loss.</summary>
    /// <param name="fromLogits">
    /// True: predictions are logits, and the loss applies the softmax, which is more exact. False:
    /// predictions are probabilities, as of a last layer with <c>Activation.Softmax</c>.
    /// </param>
    public CategoricalCrossEntropy(bool fromLogits = true) => FromLogits = fromLogits;

    /// <summary>Whether predictions are logits.</summary>
    public bool FromLogits { get; }

    /// <inheritdoc/>
    /// <param name="predictions">[..,C], at least one axis.</param>
    /// <param name="targets">Floats [..,C]; each row adds up to 1.</param>
    public override Tensor Evaluate(Tensor predictions, Tensor targets)
    {
        RequireSameShape(predictions, targets);
        if (predictions.Rank == 0)
        {
            throw new ArgumentException("predictions need an axis of classes", nameof(predictions));
        }

        int rows = (int)(predictions.Length / predictions.Shape[^1]);
        return (targets * LogProbabilities(predictions)).Sum() * (-1f / rows);
    }

    private Tensor LogProbabilities(Tensor predictions)
    {
        if (FromLogits)
        {
            return predictions.LogSoftmax();
        }

        Tensor smallest = Tensor.Full([], SmallestProbability, predictions.Device);
        Tensor atLeast = Tensor.Where(predictions.Less(SmallestProbability), smallest, predictions);
        return atLeast.Log();
    }
}
