namespace NativeRnn.Training;

/// <summary>
/// Cross-entropy of classes whose targets are class numbers, in nats; Keras' name for what
/// <see cref="CrossEntropyLoss"/> does with logits, and also for predictions that are probabilities.
/// </summary>
public sealed class SparseCategoricalCrossEntropy : Loss
{
    private readonly int? _ignoredTarget;
    private readonly float _labelSmoothing;
    private readonly CrossEntropyLoss _ofLogits;
    private readonly NegativeLogLikelihood _ofLogarithms;

    /// <summary>A loss.</summary>
    /// <param name="fromLogits">
    /// True: predictions are logits, and the loss applies the softmax, which is more exact. False:
    /// predictions are probabilities, as of a last layer with <c>Activation.Softmax</c>; one below
    /// 1e-7 counts as that one.
    /// </param>
    /// <param name="ignoreIndex">
    /// A negative target that stands for "no prediction here": its row adds no loss and no gradient,
    /// and does not count in the mean. Null: each row counts.
    /// </param>
    /// <param name="labelSmoothing">
    /// s in [0, 1]: the target distribution is (1 - s) one-hot + s / C.
    /// </param>
    public SparseCategoricalCrossEntropy(
        bool fromLogits = true, int? ignoreIndex = null, float labelSmoothing = 0)
    {
        FromLogits = fromLogits;
        _ofLogits = new CrossEntropyLoss(ignoreIndex, labelSmoothing);
        _ofLogarithms = new NegativeLogLikelihood(ignoreIndex);
        (_ignoredTarget, _labelSmoothing) = (ignoreIndex, labelSmoothing);
    }

    /// <summary>Whether predictions are logits.</summary>
    public bool FromLogits { get; }

    private protected override int? IgnoredTarget => _ignoredTarget;

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">Logits or probabilities, [..,C].</param>
    /// <param name="targets">int32 [..], each 0 to C - 1, or the ignored one.</param>
    /// <returns>The loss of each row, [..]; 0 where the target is ignored.</returns>
    public override Tensor EvaluateEach(Tensor predictions, Tensor targets)
    {
        if (FromLogits)
        {
            return _ofLogits.EvaluateEach(predictions, targets);
        }

        RequireClassNumbers(predictions, targets);
        Tensor logs = LogOfProbability(predictions);
        if (_labelSmoothing > 0)
        {
            logs = (logs * (1 - _labelSmoothing)) + (logs.Mean(-1, keepDims: true) * _labelSmoothing);
        }

        return _ofLogarithms.EvaluateEach(logs, targets);
    }
}
