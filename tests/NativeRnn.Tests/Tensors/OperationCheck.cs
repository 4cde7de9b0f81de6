namespace NativeRnn.Tests.Tensors;

/// <summary>Compares an operation with plain loops, and its gradients with central differences.</summary>
internal static class OperationCheck
{
    /// <summary>
    /// Values: |got - want| at most this part of 1 + |want|. Kernels are within a few ulp (6e-8), and sums have under
    /// 100 terms of size 1.
    /// </summary>
    private const double ValueTolerance = 5e-6;

    /// <summary>
    /// Gradients: differences with a step of 1e-2 have a truncation error of 1e-4/6 times the third derivative
    /// (under 10 here, 1/x^4 of x at 0.3 aside) and a rounding error of 6e-8/1e-2.
    /// </summary>
    private const double GradientTolerance = 6e-3;

    private const float Step = 1e-2f;

    internal static void Value(Tensor got, HostArray want)
    {
        Assert.Equal(want.Shape, got.Shape.ToArray());
        float[] values = got.ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            Assert.True(
                Math.Abs(values[i] - want.Values[i]) <= ValueTolerance * (1 + Math.Abs(want.Values[i])),
                $"element {i} is {values[i]}, should be {want.Values[i]}");
        }
    }

    /// <summary>
    /// Checks the gradients of sum(weights * operation(inputs)) for random weights: with the inputs as leaves, and with
    /// them as results of other operations that are used twice.
    /// </summary>
    internal static void Gradient(Device device, Func<Tensor[], Tensor> operation, params HostArray[] inputs)
    {
        using Tensor shape = operation([.. inputs.Select(input => input.On(device))]);
        HostArray weights = HostArray.Random(shape.Shape.ToArray(), seed: 77);
        double[][] want = [.. inputs.Select((_, which) => Differences(device, operation, inputs, which, weights))];

        Compare(want, Analytic(device, operation, inputs, weights, x => x), factor: 1, "leaf");
        // y = x + 0 is an intermediate; using it again gives it a second contribution.
        Compare(want, Analytic(device, operation, inputs, weights, x => x + 0f), factor: 1, "intermediate");
        Compare(want, Analytic(device, Twice(operation), inputs, weights, x => x + 0f), factor: 2, "used twice");
    }

    private static Func<Tensor[], Tensor> Twice(Func<Tensor[], Tensor> operation) =>
        inputs => operation(inputs) + operation(inputs);

    private static float[][] Analytic(
        Device device,
        Func<Tensor[], Tensor> operation,
        HostArray[] inputs,
        HostArray weights,
        Func<Tensor, Tensor> enter)
    {
        Tensor[] leaves = [.. inputs.Select(input => input.On(device).RequireGradient())];
        using (GradientTape tape = device.Record())
        {
            Tensor y = operation([.. leaves.Select(enter)]);
            tape.Backward(y, weights.On(device));
        }
        float[][] gradients = [.. leaves.Select(leaf => leaf.Gradient!.ToArray())];
        foreach (Tensor leaf in leaves)
            leaf.Dispose();
        return gradients;
    }

    private static double[] Differences(
        Device device, Func<Tensor[], Tensor> operation, HostArray[] inputs, int which, HostArray weights)
    {
        double Loss()
        {
            Tensor[] tensors = [.. inputs.Select(input => input.On(device))];
            using Tensor y = operation(tensors);
            return y.ToArray().Zip(weights.Values, (value, weight) => (double)value * weight).Sum();
        }

        float[] values = inputs[which].Values;
        var differences = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            float before = values[i];
            values[i] = before + Step;
            double above = Loss(), right = values[i];
            values[i] = before - Step;
            differences[i] = (above - Loss()) / (right - values[i]);
            values[i] = before;
        }
        return differences;
    }

    private static void Compare(double[][] want, float[][] got, double factor, string how)
    {
        for (int input = 0; input < want.Length; input++)
        {
            for (int i = 0; i < want[input].Length; i++)
            {
                double expected = factor * want[input][i];
                Assert.True(
                    Math.Abs(got[input][i] - expected) <= GradientTolerance * (1 + Math.Abs(expected)),
                    $"{how}: gradient {i} of input {input} is {got[input][i]}, should be {expected}");
            }
        }
    }
}
