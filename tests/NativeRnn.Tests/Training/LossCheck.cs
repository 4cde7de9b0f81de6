using NativeRnn.Tests.Layers;

namespace NativeRnn.Tests.Training;

/// <summary>Compares losses with their formulas in double.</summary>
internal static class LossCheck
{
    /// <summary>
    /// The value against the formula, the gradient by <paramref name="x"/> against the formula's
    /// central differences.
    /// </summary>
    public static void Run(
        Device device, Func<Tensor> loss, Tensor x, Func<IReadOnlyList<double>, double> plain)
    {
        double[] values = [.. x.ToArray().Select(value => (double)value)];
        using GradientTape tape = device.Record();
        Tensor got = loss();
        Assert.Equal(0, got.Rank);
        double wanted = plain(values);
        Assert.Equal(wanted, got.Item(), 1e-5 * (1 + Math.Abs(wanted)));
        tape.Backward(got);

        double[] gradient = new double[values.Length];
        for (int index = 0; index < values.Length; index++)
        {
            double value = values[index];
            values[index] = value + 1e-5;
            double high = plain(values);
            values[index] = value - 1e-5;
            gradient[index] = (high - plain(values)) / 2e-5;
            values[index] = value;
        }

        Numbers.AssertClose(gradient, x.Gradient!.ToArray(), 1e-5);
    }

    /// <summary>The logarithms of the softmax of a row.</summary>
    public static double[] LogSoftmax(IReadOnlyList<double> logits, int row, int classes)
    {
        double[] x = [.. logits.Skip(row * classes).Take(classes)];
        double largest = x.Max();
        double total = largest + Math.Log(x.Sum(value => Math.Exp(value - largest)));
        return [.. x.Select(value => value - total)];
    }

    /// <summary>Rows of probabilities, each at least 0.1 / classes.</summary>
    public static float[] Distributions(int rows, int classes, int seed)
    {
        float[] values = [.. Numbers.Uniform(rows * classes, seed).Select(x => MathF.Abs(x) + 0.1f)];
        for (int row = 0; row < rows; row++)
        {
            Span<float> of = values.AsSpan(row * classes, classes);
            float sum = of.ToArray().Sum();
            foreach (ref float value in of)
            {
                value /= sum;
            }
        }

        return values;
    }
}
