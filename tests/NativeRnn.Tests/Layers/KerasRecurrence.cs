namespace NativeRnn.Tests.Layers;

/// <summary>Keras' recurrent layers from its equations, in double, over one sequence.</summary>
internal static class KerasRecurrence
{
    /// <summary>A cell: x [I], h [H] and c [H] to the next h and c.</summary>
    internal delegate (double[] H, double[] C) Cell(double[] x, double[] h, double[] c);

    public static double Sigmoid(double a) => 1 / (1 + Math.Exp(-a));

    /// <summary>Keras 2: clip(0.2 a + 0.5, 0, 1).</summary>
    public static double HardSigmoid(double a) => Math.Clamp((0.2 * a) + 0.5, 0, 1);

    /// <summary>Gates i f c o.</summary>
    public static Cell Lstm(KerasWeights weights, Func<double, double>? recurrentActivation = null)
    {
        Func<double, double> gate = recurrentActivation ?? Sigmoid;
        return (x, h, c) =>
        {
            double[] z = Sum(
                KerasWeights.Product(x, weights.Kernel),
                KerasWeights.Product(h, weights.RecurrentKernel),
                weights.Bias);
            double[] nextC = Each(weights, unit =>
                (gate(At(z, 1, unit)) * c[unit]) + (gate(At(z, 0, unit)) * Math.Tanh(At(z, 2, unit))));
            return (Each(weights, unit => gate(At(z, 3, unit)) * Math.Tanh(nextC[unit])), nextC);
        };

        double At(double[] z, int number, int unit) => z[(number * weights.Units) + unit];
    }

    /// <summary>Gates z r h; h = z h' + (1 - z) hh.</summary>
    public static Cell Gru(
        KerasWeights weights, bool resetAfter, Func<double, double>? recurrentActivation = null)
    {
        Func<double, double> gate = recurrentActivation ?? Sigmoid;
        int units = weights.Units;
        double[] inputBias = weights.Bias[..(3 * units)];
        double[] recurrentBias = resetAfter ? weights.Bias[(3 * units)..] : new double[3 * units];
        return (x, h, _) =>
        {
            double[] fromX = Sum(KerasWeights.Product(x, weights.Kernel), inputBias);
            double[] fromH = Sum(KerasWeights.Product(h, weights.RecurrentKernel), recurrentBias);
            double[] update = Each(weights, unit => gate(fromX[unit] + fromH[unit]));
            double[] reset = Each(
                weights, unit => gate(fromX[units + unit] + fromH[units + unit]));
            double[] fromReset = resetAfter
                ? Each(weights, unit => reset[unit] * fromH[(2 * units) + unit])
                : KerasWeights.Product(
                    Each(weights, unit => reset[unit] * h[unit]),
                    weights.RecurrentKernel)[(2 * units)..];
            return (
                Each(weights, unit => (update[unit] * h[unit])
                    + ((1 - update[unit]) * Math.Tanh(fromX[(2 * units) + unit] + fromReset[unit]))),
                []);
        };
    }

    public static Cell Simple(KerasWeights weights) => (x, h, _) => (
        [
            .. Sum(
                KerasWeights.Product(x, weights.Kernel),
                KerasWeights.Product(h, weights.RecurrentKernel),
                weights.Bias).Select(Math.Tanh),
        ],
        []);

    /// <summary>
    /// Runs the steps that the mask lets through; a masked one leaves the state and gives 0, as with
    /// Keras' zero_output_for_mask.
    /// </summary>
    public static (double[][] Y, double[] H, double[] C) Run(
        Cell cell, int units, IReadOnlyList<double[]> x, bool[]? mask = null,
        (double[] H, double[] C)? state = null)
    {
        (double[] h, double[] c) = state ?? (new double[units], new double[units]);
        double[][] y = new double[x.Count][];
        for (int step = 0; step < x.Count; step++)
        {
            if (mask is not null && !mask[step])
            {
                y[step] = new double[units];
                continue;
            }

            (h, c) = cell(x[step], h, c);
            y[step] = h;
        }

        return (y, h, c);
    }

    private static double[] Sum(double[] first, params double[][] others) =>
        [.. first.Select((value, at) => value + others.Sum(other => other[at]))];

    private static double[] Each(KerasWeights weights, Func<int, double> value) =>
        [.. Enumerable.Range(0, weights.Units).Select(value)];
}
