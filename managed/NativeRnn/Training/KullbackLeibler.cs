namespace NativeRnn.Training;

/// <summary>
/// The divergence of predicted distributions from those of the targets (Kullback and Leibler 1951),
/// in nats: the sum of t log(t / y) over the last axis, where t = 0 adds nothing; the mean over rows.
/// </summary>
public sealed class KullbackLeibler : Loss
{
    /// <summary>A loss.</summary>
    /// <param name="fromLogits">
    /// True: predictions are logits; logarithms of probabilities are logits too. False: they are
    /// probabilities, and one below 1e-7 counts as that one.
    /// </param>
    public KullbackLeibler(bool fromLogits = true) => FromLogits = fromLogits;

    /// <summary>Whether predictions are logits or logarithms of probabilities.</summary>
    public bool FromLogits { get; }

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">[..,C], at least one axis.</param>
    /// <param name="targets">Floats [..,C] of 0 and more; each row adds up to 1.</param>
    /// <returns>The divergence of each row, [..].</returns>
    public override Tensor EvaluateEach(Tensor predictions, Tensor targets)
    {
        RequireDistributions(predictions, targets);
        Tensor logs = FromLogits ? predictions.LogSoftmax() : LogOfProbability(predictions);
        Tensor one = Tensor.Ones([], targets.Device);
        Tensor targetLogs = Tensor.Where(targets.Greater(0), targets, one).Log();
        return (targets * (targetLogs - logs)).Sum(-1);
    }
}
