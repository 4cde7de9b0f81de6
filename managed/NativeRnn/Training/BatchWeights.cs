using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>How much rows count in the loss: the product of their own weights and their class's.</summary>
internal sealed class BatchWeights(IReadOnlyDictionary<int, float>? classes)
{
    /// <summary>Checked weights of rows, on the host.</summary>
    internal static float[] Checked(Tensor weights, int rows, string name)
    {
        Sizes.RequireFloats(weights, name);
        Sizes.RequireShape(weights, [rows], name);
        return Checked(weights, name);
    }

    /// <summary>Checked weights of any shape, on the host.</summary>
    internal static float[] Checked(Tensor weights, string name)
    {
        Sizes.RequireFloats(weights, name);
        float[] values = weights.ToArray();
        int wrong = Array.FindIndex(values, weight => !IsWeight(weight));
        return wrong < 0 ? values : throw new ArgumentException(
            $"{name}[{wrong}] is {values[wrong]}; weights must be at least 0 and finite", name);
    }

    internal static bool IsWeight(float weight) => weight >= 0 && float.IsFinite(weight);

    /// <summary>The weights of a batch, [B] or the target's axes; null: all count the same.</summary>
    internal Tensor? Of(in Batch batch)
    {
        if (classes is null)
        {
            return batch.Weights;
        }

        (float[] values, int[] shape) = OfClasses(batch.Target);
        if (batch.Weights is Tensor rows)
        {
            float[] own = rows.ToArray();
            int each = Math.Max(1, values.Length / own.Length);
            for (int index = 0; index < values.Length; index++)
            {
                values[index] *= own[index / each];
            }
        }

        return Tensor.From(values, shape, batch.Target.Device);
    }

    // Class numbers, or one-hot rows.
    private (float[] Values, int[] Shape) OfClasses(Tensor targets)
    {
        if (targets.DType == DType.Int32)
        {
            return ([.. targets.ToInt32Array().Select(WeightOf)], targets.Shape.ToArray());
        }

        if (targets.Rank < 2 || targets.Shape[^1] < 2)
        {
            throw new ArgumentException(
                $"ClassWeights need class numbers, int32 [B,..], or one-hot rows, [B,..,C]; the targets " +
                $"are {targets.DType} {Sizes.Text(targets.Shape)}", nameof(targets));
        }

        float[] values = targets.ToArray();
        int count = targets.Shape[^1];
        float[] weights = new float[values.Length / count];
        for (int row = 0; row < weights.Length; row++)
        {
            ReadOnlySpan<float> target = values.AsSpan(row * count, count);
            weights[row] = WeightOf(target.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max(target)));
        }

        return (weights, targets.Shape[..^1].ToArray());
    }

    private float WeightOf(int number) => classes!.TryGetValue(number, out float weight) ? weight : 1;
}
