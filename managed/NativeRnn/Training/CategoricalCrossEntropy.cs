namespace NativeRnn.Training;

/// <summary>
/// Cross-entropy of classes whose targets are distributions, such as one-hot rows, in nats. For
/// targets that are class numbers see <see cref="SparseCategoricalCrossEntropy"/>.
/// </summary>
public sealed class CategoricalCrossEntropy : Loss
{
    private readonly float _labelSmoothing;

    /// <summary>A loss.</summary>
    /// <param name="fromLogits">
    /// True: predictions are logits, and the loss applies the softmax, which is more exact. False:
    /// predictions are probabilities, as of a last layer with <c>Activation.Softmax</c>; one below
    /// 1e-7 counts as that one.
    /// </param>
    /// <param name="labelSmoothing">s in [0, 1]: a target t becomes (1 - s) t + s / C.</param>
    public CategoricalCrossEntropy(bool fromLogits = true, float labelSmoothing = 0)
    {
        FromLogits = fromLogits;
        _labelSmoothing = RequireSmoothing(labelSmoothing);
    }

    /// <summary>Whether predictions are logits.</summary>
    public bool FromLogits { get; }

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">[..,C], at least one axis.</param>
    /// <param name="targets">Floats [..,C]; each row adds up to 1.</param>
    public override Tensor Evaluate(Tensor predictions, Tensor targets)
    {
        if (Reduction is Reduction.None or Reduction.Sum)
        {
            return base.Evaluate(predictions, targets);
        }

        // The mean needs no sum of each row.
        Tensor products = Products(predictions, targets);
        return products.Sum() * (-1f / (products.Length / products.Shape[^1]));
    }

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">[..,C], at least one axis.</param>
    /// <param name="targets">Floats [..,C]; each row adds up to 1.</param>
    /// <returns>The loss of each row, [..].</returns>
    public override Tensor EvaluateEach(Tensor predictions, Tensor targets) =>
        -Products(predictions, targets).Sum(-1);

    private Tensor Products(Tensor predictions, Tensor targets)
    {
        RequireDistributions(predictions, targets);
        if (_labelSmoothing > 0)
        {
            float uniform = _labelSmoothing / predictions.Shape[^1];
            targets = (targets * (1 - _labelSmoothing)) + uniform;
        }

        return targets * (FromLogits ? predictions.LogSoftmax() : LogOfProbability(predictions));
    }
}
