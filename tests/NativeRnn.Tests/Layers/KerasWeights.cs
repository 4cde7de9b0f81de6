namespace NativeRnn.Tests.Layers;

/// <summary>
/// Weights of a recurrent layer in Keras' layout: gates side by side in the columns, i f c o of an
/// LSTM, z r h of a GRU.
/// </summary>
/// <param name="Kernel">[I,G H], row by row.</param>
/// <param name="RecurrentKernel">[H,G H].</param>
/// <param name="Bias">[G H]; of a GRU with reset_after [2,3 H]: the input's, the recurrent.</param>
/// <param name="Units">H.</param>
internal sealed record KerasWeights(
    double[] Kernel, double[] RecurrentKernel, double[] Bias, int Units)
{
    public static KerasWeights Random(int gates, int input, int units, int biases, int seed)
    {
        int columns = gates * units;
        return new KerasWeights(
            Doubles(input * columns, seed),
            Doubles(units * columns, seed + 1),
            Doubles(biases * columns, seed + 2),
            units);
    }

    public static double[] Doubles(int count, int seed) =>
        [.. Numbers.Uniform(count, seed).Select(value => (double)value)];

    /// <summary>x [N] times a kernel [N,columns].</summary>
    public static double[] Product(double[] x, double[] kernel)
    {
        double[] sums = new double[kernel.Length / x.Length];
        for (int index = 0; index < kernel.Length; index++)
        {
            sums[index % sums.Length] += x[index / sums.Length] * kernel[index];
        }

        return sums;
    }

    /// <summary>
    /// The layer's state dict: weight_ih [G H,I] and weight_hh [G H,H] are the kernels turned over,
    /// with Keras' gates in another order; bias_ih takes the bias, bias_hh the recurrent one or 0.
    /// </summary>
    /// <param name="gates">Which of Keras' gates comes first, second, ..: 0 1 2 3 for LSTM,
    /// r z n from z r h is 1 0 2.</param>
    /// <param name="device">Of the tensors.</param>
    /// <param name="suffix">Of the names.</param>
    public Dictionary<string, Tensor> ToState(int[] gates, Device device, string suffix = "l0")
    {
        int columns = gates.Length * Units;
        double[] recurrent = Bias.Length > columns ? Bias[columns..] : new double[columns];
        return new Dictionary<string, Tensor>
        {
            [$"weight_ih_{suffix}"] = Turned(Kernel, gates, device),
            [$"weight_hh_{suffix}"] = Turned(RecurrentKernel, gates, device),
            [$"bias_ih_{suffix}"] = Turned(Bias[..columns], gates, device).Reshape(columns),
            [$"bias_hh_{suffix}"] = Turned(recurrent, gates, device).Reshape(columns),
        };
    }

    private Tensor Turned(double[] kernel, int[] gates, Device device)
    {
        int columns = gates.Length * Units;
        int rows = kernel.Length / columns;
        float[] turned = new float[kernel.Length];
        for (int to = 0; to < columns; to++)
        {
            int from = (gates[to / Units] * Units) + (to % Units);
            for (int row = 0; row < rows; row++)
            {
                turned[(to * rows) + row] = (float)kernel[(row * columns) + from];
            }
        }

        return Tensor.From(turned, [columns, rows], device);
    }
}
