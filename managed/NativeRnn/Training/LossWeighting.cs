namespace NativeRnn.Training;

/// <summary>Losses whose rows count more or less.</summary>
internal static class LossWeighting
{
    /// <summary>The mean of the rows' losses, each times its weight.</summary>
    /// <param name="loss">Any.</param>
    /// <param name="predictions">[B,..].</param>
    /// <param name="targets">[B,..].</param>
    /// <param name="weights">The first axes of the targets, [B] at least; null: all 1.</param>
    internal static Tensor Evaluate(
        this Loss loss, Tensor predictions, Tensor targets, Tensor? weights)
    {
        if (weights is null)
        {
            return loss.Evaluate(predictions, targets);
        }

        if (weights.Rank > targets.Rank || weights.Rank > predictions.Rank
            || !targets.Shape[..weights.Rank].SequenceEqual(weights.Shape))
        {
            throw new ArgumentException(
                $"weights are {Layers.Sizes.Text(weights.Shape)}, targets " +
                $"{Layers.Sizes.Text(targets.Shape)}; weights must have the targets' first axes",
                nameof(weights));
        }

        float[] values = weights.ToArray();
        Tensor given = predictions.Reshape([values.Length, .. predictions.Shape[weights.Rank..]]);
        Tensor wanted = targets.Reshape([values.Length, .. targets.Shape[weights.Rank..]]);
        Tensor? sum = null;
        for (int row = 0; row < values.Length; row++)
        {
            Tensor part = loss.Evaluate(given[row..(row + 1)], wanted[row..(row + 1)]) * values[row];
            sum = sum is null ? part : sum + part;
        }

        return sum! * (1f / values.Length);
    }
}
