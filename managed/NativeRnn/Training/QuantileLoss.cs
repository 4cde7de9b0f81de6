using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// The pinball loss (Koenker and Bassett 1978), least where predictions are quantiles of the targets:
/// with e = target - prediction the mean of q e where e is above 0, else of (q - 1) e.
/// </summary>
/// <example>
/// A forecast with a range: <c>new Dense(3)</c> as the last layer, and
/// <c>new QuantileLoss(0.1f, 0.5f, 0.9f)</c>.
/// </example>
public sealed class QuantileLoss : Loss
{
    private readonly float[] _quantiles;

    /// <summary>A loss.</summary>
    /// <param name="quantiles">At least one, each in (0, 1); 0.5 is the median.</param>
    public QuantileLoss(params float[] quantiles)
    {
        ArgumentNullException.ThrowIfNull(quantiles);
        if (quantiles.Length == 0)
        {
            throw new ArgumentException("there are no quantiles", nameof(quantiles));
        }

        foreach (float quantile in quantiles)
        {
            if (!(quantile > 0 && quantile < 1))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(quantiles), quantile, "quantiles must be in (0, 1)");
            }
        }

        _quantiles = [.. quantiles];
    }

    /// <summary>The quantiles that predictions stand for.</summary>
    public IReadOnlyList<float> Quantiles => _quantiles;

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">[..,Q]: a prediction of each quantile.</param>
    /// <param name="targets">Floats [..] or [..,1].</param>
    /// <returns>The loss of each quantile, [..,Q].</returns>
    public override Tensor EvaluateEach(Tensor predictions, Tensor targets)
    {
        Sizes.RequireFloats(predictions, nameof(predictions));
        Sizes.RequireFloats(targets, nameof(targets));
        ReadOnlySpan<int> shape = predictions.Shape;
        if (shape.Length == 0 || shape[^1] != _quantiles.Length || predictions.Length == 0)
        {
            throw new ArgumentException(
                $"predictions are {Sizes.Text(shape)}; for {_quantiles.Length} quantiles the last axis " +
                $"must have size {_quantiles.Length}, and none may be empty", nameof(predictions));
        }

        Tensor error = AsColumn(targets, shape) - predictions;
        Tensor quantiles = Tensor.From(_quantiles.AsSpan(), [_quantiles.Length], predictions.Device);
        return (quantiles * error) + (-error).Relu();
    }

    private static Tensor AsColumn(Tensor targets, ReadOnlySpan<int> shape)
    {
        int[] column = [.. shape[..^1], 1];
        return targets.Shape.SequenceEqual(shape[..^1]) || targets.Shape.SequenceEqual(column)
            ? targets.Reshape(column)
            : throw new ArgumentException(
                $"targets are {Sizes.Text(targets.Shape)}, predictions {Sizes.Text(shape)}; targets " +
                "must have the predictions' shape without the last axis, or with 1 there",
                nameof(targets));
    }
}
