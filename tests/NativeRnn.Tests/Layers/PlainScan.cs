using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

/// <summary>One direction of an elementwise recurrence, straight from the equations.</summary>
internal static class PlainScan
{
    /// <summary>Reads one row's steps in the order given and gives the states after them.</summary>
    public static double[][] Run(
        ScanLayer layer, Activation activation, string suffix, double[][] steps, double[] start)
    {
        Dictionary<string, Tensor> weights = layer.StateDict();
        double[] matrix = Doubles(weights["weight_ih_" + suffix]);
        double[] bias = layer.Bias ? Doubles(weights["bias_ih_" + suffix]) : new double[matrix.Length];
        double[] recurrent = layer is IndRnn ? Doubles(weights["weight_hh_" + suffix]) : [];
        double[] h = [.. start];
        List<double[]> states = [];
        foreach (double[] x in steps)
        {
            for (int unit = 0; unit < h.Length; unit++)
            {
                double Gate(int gate)
                {
                    int row = (gate * h.Length) + unit;
                    return bias[row] + x.Select((value, i) => matrix[(row * x.Length) + i] * value).Sum();
                }

                h[unit] = layer switch
                {
                    MinGru => GruStep(Gate(0), Gate(1), h[unit]),
                    MinLstm => LstmStep(Gate(0), Gate(1), Gate(2), h[unit]),
                    _ => IndRnnStep(activation, Gate(0) + (recurrent[unit] * h[unit])),
                };
            }

            states.Add([.. h]);
        }

        return [.. states];
    }

    private static double GruStep(double update, double next, double h)
    {
        double z = Sigmoid(update);
        return ((1 - z) * h) + (z * next);
    }

    private static double LstmStep(double forget, double input, double next, double h)
    {
        (double f, double i) = (Sigmoid(forget), Sigmoid(input));
        return ((f * h) + (i * next)) / (f + i);
    }

    private static double IndRnnStep(Activation activation, double sum) =>
        activation == Activation.Tanh ? Math.Tanh(sum) : Math.Max(sum, 0);

    private static double Sigmoid(double a) => 1 / (1 + Math.Exp(-a));

    private static double[] Doubles(Tensor tensor) => [.. tensor.ToArray().Select(x => (double)x)];
}
