using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

/// <summary>Compares gradients with central differences of the forward pass.</summary>
internal static class GradientCheck
{
    // The forward pass runs in float: its rounding, some 1e-6 over 2e-2, stays far below the
    // tolerance, and so does the step's square times a third derivative of order one.
    private const float StepSize = 1e-2f;
    private const double Tolerance = 5e-3;

    /// <summary>
    /// Checks the gradients of a loss by some tensors: it is computed under a tape, and again with
    /// single elements moved.
    /// </summary>
    public static void Run(Device device, Func<Tensor> loss, params Tensor[] tensors)
    {
        using (GradientTape tape = device.Record())
        {
            tape.Backward(loss());
        }

        foreach (Tensor tensor in tensors)
        {
            float[] values = tensor.ToArray();
            float[] got = tensor.Gradient!.ToArray();
            double[] wanted = new double[values.Length];
            for (int index = 0; index < values.Length; index++)
            {
                wanted[index] = Difference(device, loss, tensor, values, index);
            }

            Numbers.AssertClose(wanted, got, Tolerance);
        }
    }

    /// <summary>A weighted sum, so that each output has a gradient of its own.</summary>
    public static Tensor WeightedSum(Tensor output, Device device)
    {
        Tensor weights = Numbers.Tensor(device, 99, output.Shape.ToArray());
        return (output * weights).Sum();
    }

    public static Tensor[] ParametersOf(Module module) =>
        [.. module.Parameters().Select(parameter => parameter.Value)];

    private static double Difference(
        Device device, Func<Tensor> loss, Tensor tensor, float[] values, int index)
    {
        float value = values[index];
        values[index] = value + StepSize;
        float above = values[index];
        tensor.Write(values);
        double high = Value(device, loss);
        values[index] = value - StepSize;
        float below = values[index];
        tensor.Write(values);
        double low = Value(device, loss);
        values[index] = value;
        tensor.Write(values);
        return (high - low) / ((double)above - below);
    }

    private static double Value(Device device, Func<Tensor> loss)
    {
        using GradientTape tape = device.Record(gradients: false);
        return loss().Item();
    }
}
