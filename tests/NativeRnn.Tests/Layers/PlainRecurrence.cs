using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

/// <summary>One layer and direction of a recurrent network, straight from the equations.</summary>
internal sealed class PlainRecurrence(RnnCell cell, bool resetAfter, int hidden)
{
    private double[] _inputWeights = [];
    private double[] _hiddenWeights = [];
    private double[] _inputBias = [];
    private double[] _hiddenBias = [];

    public double[] H { get; private set; } = new double[hidden];

    public double[] C { get; private set; } = new double[hidden];

    /// <summary>Takes the weights with a suffix such as l0 or l0_reverse, and a state of zeros.
    /// </summary>
    public PlainRecurrence With(IReadOnlyDictionary<string, Tensor> state, string suffix)
    {
        _inputWeights = Doubles(state[$"weight_ih_{suffix}"]);
        _hiddenWeights = Doubles(state[$"weight_hh_{suffix}"]);
        _inputBias = Doubles(state[$"bias_ih_{suffix}"]);
        _hiddenBias = Doubles(state[$"bias_hh_{suffix}"]);
        (H, C) = (new double[hidden], new double[hidden]);
        return this;
    }

    /// <summary>Reads one step and gives the hidden state.</summary>
    public double[] Step(double[] x)
    {
        double[] fromInput = Affine(_inputWeights, _inputBias, x);
        double[] fromHidden = Affine(_hiddenWeights, _hiddenBias, H);
        double[] next = new double[hidden];
        for (int unit = 0; unit < hidden; unit++)
        {
            next[unit] = cell switch
            {
                RnnCell.Lstm => Lstm(fromInput, fromHidden, unit),
                RnnCell.Gru => Gru(fromInput, fromHidden, unit),
                RnnCell.RnnTanh => Math.Tanh(fromInput[unit] + fromHidden[unit]),
                _ => Math.Max(0, fromInput[unit] + fromHidden[unit]),
            };
        }

        return H = next;
    }

    private static double[] Doubles(Tensor tensor) => [.. tensor.ToArray().Select(x => (double)x)];

    private static double Sigmoid(double a) => 1 / (1 + Math.Exp(-a));

    private static double[] Affine(double[] weights, double[] bias, double[] x)
    {
        double[] y = [.. bias];
        for (int row = 0; row < y.Length; row++)
        {
            for (int column = 0; column < x.Length; column++)
            {
                y[row] += weights[(row * x.Length) + column] * x[column];
            }
        }

        return y;
    }

    private double Lstm(double[] fromInput, double[] fromHidden, int unit)
    {
        double Gate(int gate) =>
            fromInput[(gate * hidden) + unit] + fromHidden[(gate * hidden) + unit];
        double written = Sigmoid(Gate(0)) * Math.Tanh(Gate(2));
        C[unit] = (Sigmoid(Gate(1)) * C[unit]) + written;
        return Sigmoid(Gate(3)) * Math.Tanh(C[unit]);
    }

    private double Gru(double[] fromInput, double[] fromHidden, int unit)
    {
        double[] Gates(int gate) => [.. Enumerable.Range(gate * hidden, hidden)
            .Select(at => Sigmoid(fromInput[at] + fromHidden[at]))];
        double[] reset = Gates(0);
        double update = Gates(1)[unit];
        int at = (2 * hidden) + unit;
        double recurrent = resetAfter
            ? reset[unit] * fromHidden[at]
            : Affine(_hiddenWeights, _hiddenBias, [.. H.Zip(reset, (h, r) => h * r)])[at];
        return ((1 - update) * Math.Tanh(fromInput[at] + recurrent)) + (update * H[unit]);
    }
}
