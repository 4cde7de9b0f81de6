using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

/// <summary>
/// One layer and direction of a recurrent network with <see cref="RecurrentOptions"/>, in
/// evaluation, straight from the equations.
/// </summary>
internal sealed class VariantRecurrence(
    RnnCell cell,
    int hidden,
    RecurrentOptions options,
    IReadOnlyDictionary<string, Tensor> weights,
    int projection = 0)
{
    private readonly int _gates = cell switch
    {
        RnnCell.Lstm => options.CoupledGates ? 3 : 4,
        RnnCell.Gru => 3,
        _ => 1,
    };

    public double[] H { get; private set; } = new double[projection > 0 ? projection : hidden];

    public double[] C { get; private set; } = new double[hidden];

    public double[] Step(double[] x)
    {
        double[] fromInput = Side("ih", x), fromHidden = Side("hh", H);
        double[] fresh = cell switch
        {
            RnnCell.Lstm => Lstm(fromInput, fromHidden),
            RnnCell.Gru => Gru(fromInput, fromHidden),
            _ => [.. fromInput.Zip(fromHidden, (a, b) => Apply(options.Activation, a + b, Math.Tanh))],
        };
        if (projection > 0)
        {
            fresh = [.. Product("weight_hr_l0", fresh).Select(v => Clip(v, options.ProjectionClip))];
        }

        return H = Mix(options.ZoneoutHidden, H, fresh);
    }

    private static double Sigmoid(double a) => 1 / (1 + Math.Exp(-a));

    private static double Clip(double value, float limit) =>
        limit > 0 ? Math.Clamp(value, -limit, limit) : value;

    private static double[] Mix(double rate, double[] before, double[] fresh) =>
        [.. before.Zip(fresh, (old, now) => (rate * old) + ((1 - rate) * now))];

    private static double Apply(GateActivation? function, double a, Func<double, double> usual)
    {
        return function is null ? usual(a) : function switch
        {
            _ when function == GateActivation.Sigmoid => Sigmoid(a),
            _ when function == GateActivation.Tanh => Math.Tanh(a),
            _ when function == GateActivation.Relu => Math.Max(0, a),
            _ when function == GateActivation.Softsign => a / (1 + Math.Abs(a)),
            _ when function == GateActivation.HardSigmoid() => Math.Clamp((0.2f * a) + 0.5, 0, 1),
            _ when function == GateActivation.HardSigmoid(1 / 6f) =>
                Math.Clamp((a / 6) + 0.5, 0, 1),
            _ when function == GateActivation.Affine(0.75f, 0.125f) => (0.75 * a) + 0.125,
            _ => a > 0 ? a : Math.Exp(a) - 1,
        };
    }

    private double Gate(double a) => Apply(options.RecurrentActivation, a, Sigmoid);

    private double[] Weights(string name) => [.. weights[name].ToArray().Select(x => (double)x)];

    private double[] Product(string name, double[] x)
    {
        double[] matrix = Weights(name);
        return [.. Enumerable.Range(0, matrix.Length / x.Length)
            .Select(row => x.Select((v, column) => matrix[(row * x.Length) + column] * v).Sum())];
    }

    // A product, normalised by gates if the options say so, with its bias.
    private double[] Side(string side, double[] x)
    {
        double[] bias = Weights($"bias_{side}_l0");
        double[] sums = Product($"weight_{side}_l0", x);
        if (options.LayerNormalization)
        {
            sums = Normalize(sums, Weights($"weight_norm_{side}_l0"));
        }

        return [.. sums.Zip(bias, (a, b) => a + b)];
    }

    private double[] Normalize(double[] values, double[] gains)
    {
        double[] normed = new double[values.Length];
        for (int start = 0; start < values.Length; start += hidden)
        {
            double[] part = values[start..(start + hidden)];
            double mean = part.Average();
            double variance = part.Select(v => (v - mean) * (v - mean)).Average();
            double deviation = Math.Sqrt(variance + options.NormalizationEpsilon);
            for (int unit = 0; unit < hidden; unit++)
            {
                normed[start + unit] = gains[start + unit] * (part[unit] - mean) / deviation;
            }
        }

        return normed;
    }

    private double[] Lstm(double[] fromInput, double[] fromHidden)
    {
        int first = _gates - 3;
        double[] peephole = options.Peephole
            ? Weights("weight_peephole_l0")
            : new double[(_gates - 1) * hidden];
        double[] next = new double[hidden], outGate = new double[hidden];
        double Sum(int gate, int unit) =>
            fromInput[(gate * hidden) + unit] + fromHidden[(gate * hidden) + unit];
        for (int unit = 0; unit < hidden; unit++)
        {
            double f = Gate(Sum(first, unit) + (peephole[(first * hidden) + unit] * C[unit]));
            double i = options.CoupledGates
                ? 1 - f
                : Gate(Sum(0, unit) + (peephole[unit] * C[unit]));
            double g = Apply(options.Activation, Sum(first + 1, unit), Math.Tanh);
            next[unit] = Clip((f * C[unit]) + (i * g), options.CellClip);
            outGate[unit] = Gate(
                Sum(first + 2, unit) + (peephole[((first + 1) * hidden) + unit] * next[unit]));
        }

        double[] seen = options.LayerNormalization
            ? [.. Normalize(next, Weights("weight_norm_cell_l0"))
                .Zip(Weights("bias_norm_cell_l0"), (n, b) => n + b)]
            : next;
        C = Mix(options.ZoneoutCell, C, next);
        return [.. outGate.Zip(seen, (o, c) =>
            o * Apply(options.OutputActivation ?? options.Activation, c, Math.Tanh))];
    }

    private double[] Gru(double[] fromInput, double[] fromHidden)
    {
        double[] fresh = new double[hidden];
        for (int unit = 0; unit < hidden; unit++)
        {
            double r = Gate(fromInput[unit] + fromHidden[unit]);
            double z = Gate(fromInput[hidden + unit] + fromHidden[hidden + unit]);
            int at = (2 * hidden) + unit;
            double n = Apply(
                options.Activation, fromInput[at] + (r * fromHidden[at]), Math.Tanh);
            fresh[unit] = ((1 - z) * n) + (z * H[unit]);
        }

        return fresh;
    }
}
