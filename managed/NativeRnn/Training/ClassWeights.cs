namespace NativeRnn.Training;

/// <summary>
/// Weights of classes made weights of samples, for <see cref="Loss.Evaluate(Tensor, Tensor, Tensor?, Tensor?)"/>:
/// for data where some classes are rare.
/// </summary>
public static class ClassWeights
{
    /// <summary>The weight of each sample's class.</summary>
    /// <param name="targets">
    /// Class numbers, int32 [..]; or floats [..,C], whose class is that of the largest element, and
    /// with C = 1 class 1 above 0.5, else 0.
    /// </param>
    /// <param name="weights">
    /// Finite weights by class number; classes without one weigh 1, and so do negative numbers.
    /// </param>
    /// <returns>Weights [..].</returns>
    /// <exception cref="ArgumentException">A weight is not finite, or floats have no axis.</exception>
    public static Tensor Of(Tensor targets, IReadOnlyDictionary<int, float> weights)
    {
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(weights);
        foreach ((int number, float weight) in weights)
        {
            if (!float.IsFinite(weight))
            {
                throw new ArgumentException(
                    $"the weight of class {number} is {weight}; it must be finite", nameof(weights));
            }
        }

        int[] classes = ClassesOf(targets);
        float[] each = [.. classes.Select(number => weights.GetValueOrDefault(number, 1))];
        ReadOnlySpan<int> shape = targets.DType == DType.Int32 ? targets.Shape : targets.Shape[..^1];
        return Tensor.From(each, shape, targets.Device);
    }

    /// <summary>
    /// Weights by which all classes together weigh the same: N / (K n), for a class with n of N
    /// samples in K classes.
    /// </summary>
    /// <param name="targets">As of <see cref="Of"/>; negative class numbers are left out.</param>
    /// <returns>By class number.</returns>
    /// <exception cref="ArgumentException">Floats have no axis.</exception>
    public static IReadOnlyDictionary<int, float> Balanced(Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        int[] classes = [.. ClassesOf(targets).Where(number => number >= 0)];
        Dictionary<int, int> counts =
            classes.GroupBy(number => number).ToDictionary(group => group.Key, group => group.Count());
        return counts.ToDictionary(
            pair => pair.Key, pair => (float)((double)classes.Length / counts.Count / pair.Value));
    }

    private static int[] ClassesOf(Tensor targets)
    {
        if (targets.DType == DType.Int32)
        {
            return targets.ToInt32Array();
        }

        if (targets.Rank == 0 || targets.Shape[^1] == 0)
        {
            throw new ArgumentException(
                $"targets are {Layers.Sizes.Text(targets.Shape)}; floats need an axis of classes",
                nameof(targets));
        }

        return targets.Shape[^1] == 1
            ? [.. targets.ToArray().Select(yes => yes > 0.5f ? 1 : 0)]
            : targets.ArgMax().ToInt32Array();
    }
}
