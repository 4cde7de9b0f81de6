using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>Weights of samples: [B] for what is [B,..], [B,T] for what is [B,T,..].</summary>
internal static class SampleWeights
{
    /// <summary>Checks that the shape is that of the first axes; sizes of 1 may follow.</summary>
    /// <param name="weights">Weights or a mask.</param>
    /// <param name="shape">Of what is weighed.</param>
    /// <param name="name">Of the argument.</param>
    /// <returns>How many elements a weight stands for.</returns>
    internal static int Repeats(Tensor weights, ReadOnlySpan<int> shape, string name)
    {
        Sizes.RequireFloats(weights, name);
        ReadOnlySpan<int> first = weights.Shape;
        while (first.Length > 0 && first[^1] == 1)
        {
            first = first[..^1];
        }

        if (first.Length > shape.Length || !shape[..first.Length].SequenceEqual(first))
        {
            throw new ArgumentException(
                $"{name} has the shape {Sizes.Text(weights.Shape)}, which is not that of the first " +
                $"axes of {Sizes.Text(shape)}", name);
        }

        int repeats = 1;
        foreach (int size in shape[first.Length..])
        {
            repeats *= size;
        }

        return repeats;
    }

    /// <summary>Checks that weights are finite numbers from <paramref name="least"/> on.</summary>
    internal static void RequireFrom(float least, ReadOnlySpan<float> weights, string name)
    {
        for (int index = 0; index < weights.Length; index++)
        {
            if (!float.IsFinite(weights[index]) || weights[index] < least)
            {
                string range = float.IsFinite(least) ? $"finite and at least {least}" : "finite";
                throw new ArgumentException(
                    $"{name} holds {weights[index]} at {index}; each must be {range}", name);
            }
        }
    }
}
