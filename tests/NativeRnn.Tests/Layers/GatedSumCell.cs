using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

/// <summary>
/// A user's own cell with two state tensors and an output that is none of them:
/// m = 0.5 m' + tanh(a), s = 0.5 s' + a, y = m s, where a = x W^T + b - 0.5 m'.
/// </summary>
internal sealed class GatedSumCell : RecurrentCell
{
    private readonly int _inputSize;
    private readonly Linear _linear;

    public GatedSumCell(int inputSize, int hidden, long seed, Device device)
    {
        _inputSize = inputSize;
        StateSizes = [hidden, hidden];
        _linear = Register("linear", new Linear(inputSize, hidden, seed: seed, device: device));
        Device = device;
    }

    public Device Device { get; }

    public int RowsRun { get; private set; }

    public override IReadOnlyList<int> StateSizes { get; }

    public override CellOutput Step(Tensor x, IReadOnlyList<Tensor> state)
    {
        RowsRun += x.Shape[0];
        Tensor a = _linear.Forward(x) - (0.5f * state[0]);
        Tensor m = (0.5f * state[0]) + a.Tanh();
        Tensor s = (0.5f * state[1]) + a;
        return new CellOutput(m * s, [m, s]);
    }

    public override RecurrentCell Twin(long seed) =>
        new GatedSumCell(_inputSize, StateSizes[0], seed, Device);

    /// <summary>One row in doubles: the outputs of all steps, and the last state.</summary>
    public (double[][] Outputs, double[] M, double[] S) Plain(double[][] steps)
    {
        float[] weight = _linear.Weight!.Value.ToArray();
        float[] bias = _linear.Bias!.Value.ToArray();
        int hidden = StateSizes[0];
        double[] m = new double[hidden];
        double[] s = new double[hidden];
        List<double[]> outputs = [];
        foreach (double[] x in steps)
        {
            for (int unit = 0; unit < hidden; unit++)
            {
                double a = bias[unit] - (0.5 * m[unit]);
                for (int input = 0; input < _inputSize; input++)
                {
                    a += weight[(unit * _inputSize) + input] * x[input];
                }

                m[unit] = (0.5 * m[unit]) + Math.Tanh(a);
                s[unit] = (0.5 * s[unit]) + a;
            }

            outputs.Add([.. m.Zip(s, (left, right) => left * right)]);
        }

        return ([.. outputs], m, s);
    }
}
