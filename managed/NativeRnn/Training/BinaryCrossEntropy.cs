namespace NativeRnn.Training;

/// <summary>
/// Cross-entropy of yes-or-no answers in nats: the mean of -(p t log y + (1 - t) log(1 - y)), where y
/// is the probability of yes and p the weight of yes. Each element is a question of its own.
/// </summary>
public sealed class BinaryCrossEntropy : Loss
{
    private readonly float _labelSmoothing;
    private readonly float _positiveWeight;

    /// <summary>A loss.</summary>
    /// <param name="fromLogits">
    /// True: predictions are logits x, before the sigmoid; exact for each finite x. False: they are
    /// probabilities, and one below 1e-7 or above 1 - 1e-7 counts as that one.
    /// </param>
    /// <param name="labelSmoothing">s in [0, 1]: a target t becomes (1 - s) t + s / 2.</param>
    /// <param name="positiveWeight">
    /// p, above 0 and finite: what a yes weighs. Above 1 it brings more yes, at the cost of precision.
    /// </param>
    public BinaryCrossEntropy(
        bool fromLogits = true, float labelSmoothing = 0, float positiveWeight = 1)
    {
        if (!(positiveWeight > 0) || float.IsInfinity(positiveWeight))
        {
            throw new ArgumentOutOfRangeException(
                nameof(positiveWeight), positiveWeight, "positiveWeight must be above 0 and finite");
        }

        FromLogits = fromLogits;
        _labelSmoothing = RequireSmoothing(labelSmoothing);
        _positiveWeight = positiveWeight;
    }

    /// <summary>Whether predictions are logits.</summary>
    public bool FromLogits { get; }

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">Logits or probabilities of any shape.</param>
    /// <param name="targets">Floats t from 0 to 1 of the same shape.</param>
    public override Tensor EvaluateEach(Tensor predictions, Tensor targets)
    {
        RequireSameShape(predictions, targets);
        Tensor yes = _labelSmoothing == 0
            ? targets
            : (targets * (1 - _labelSmoothing)) + (_labelSmoothing / 2);
        Tensor no = 1 - yes;
        Tensor weighted = _positiveWeight == 1 ? yes : yes * _positiveWeight;

        // -log y = softplus(-x) and -log(1 - y) = softplus(x): no difference of large numbers.
        return FromLogits
            ? (weighted * (-predictions).Softplus()) + (no * predictions.Softplus())
            : -((weighted * LogOfProbability(predictions)) + (no * LogOfProbability(1 - predictions)));
    }
}
