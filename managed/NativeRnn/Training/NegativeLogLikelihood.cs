namespace NativeRnn.Training;

/// <summary>
/// Minus the logarithm of the probability that is predicted for the target's class, in nats:
/// predictions are logarithms of probabilities, such as <see cref="Tensor.LogSoftmax(int)"/> gives.
/// </summary>
public sealed class NegativeLogLikelihood : Loss
{
    private readonly int? _ignoredTarget;

    /// <summary>A loss.</summary>
    /// <param name="ignoreIndex">
    /// A target that stands for "no prediction here": its row adds no loss and no gradient, and does
    /// not count in the mean. Null: each row counts.
    /// </param>
    public NegativeLogLikelihood(int? ignoreIndex = null) => _ignoredTarget = ignoreIndex;

    private protected override int? IgnoredTarget => _ignoredTarget;

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">Logarithms of probabilities, finite, [..,C].</param>
    /// <param name="targets">int32 [..], each 0 to C - 1, or the ignored one.</param>
    /// <returns>The loss of each row, [..]; 0 where the target is ignored.</returns>
    public override Tensor EvaluateEach(Tensor predictions, Tensor targets)
    {
        RequireClassNumbers(predictions, targets);
        int[] classes = targets.ToInt32Array();
        float[] signs = new float[classes.Length];
        for (int row = 0; row < classes.Length; row++)
        {
            signs[row] = classes[row] == _ignoredTarget ? 0 : -1;
            classes[row] = classes[row] == _ignoredTarget ? 0 : classes[row];
        }

        RequireClasses(classes, predictions.Shape[^1]);
        Tensor places = Tensor.From(classes, [.. targets.Shape, 1], predictions.Device);
        Tensor picked = predictions.Gather(-1, places).Reshape(targets.Shape);
        return picked * Tensor.From(signs, targets.Shape, predictions.Device);
    }

    private static void RequireClasses(int[] targets, int count)
    {
        foreach (int number in targets)
        {
            if (number < 0 || number >= count)
            {
                throw new ArgumentException(
                    $"targets hold class {number}; they must be 0 to {count - 1}, or the ignored one",
                    nameof(targets));
            }
        }
    }
}
