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

        Tensor each = ClassWeights.Of(batch.Target, classes);
        if (batch.Weights is not Tensor rows)
        {
            return each;
        }

        float[] values = each.ToArray();
        float[] own = rows.ToArray();
        int repeats = SampleWeights.Repeats(rows, each.Shape, "Weights");
        for (int index = 0; index < values.Length; index++)
        {
            values[index] *= own[index / repeats];
        }

        return Tensor.From(values, each.Shape, each.Device);
    }
}
