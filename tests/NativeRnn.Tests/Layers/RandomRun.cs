using NativeRnn.Layers;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Layers;

/// <summary>One call of a random configuration: by the layer, and by the reference.</summary>
internal sealed class RandomRun
{
    // Relative size of what inputs are moved by to see whether results jump: some roundings.
    private const double Nudge = 1e-6;
    private const int Nudges = 8;

    private readonly RandomConfiguration _drawn;
    private readonly ReferenceInputs _inputs;

    public RandomRun(RandomConfiguration drawn)
    {
        _drawn = drawn;
        int states = drawn.StateRows * drawn.Batch;
        int cells = states * drawn.Hidden, outputs = states * drawn.Output;
        int gradients = drawn.Gradients & (drawn.IsLstm ? 7 : 3);
        gradients = gradients == 0 ? 1 : gradients;
        double[]? If(bool wanted, int count, int use) => wanted ? Reals(count, use) : null;
        using Device device = TestDevice.Open();
        _inputs = new ReferenceInputs
        {
            Steps = drawn.Steps,
            Batch = drawn.Batch,
            // The first call of a layer draws by this seed.
            Seed = RandomStream.Mix(drawn.Seed, 1),
            // PyTorch's range, in which states neither die nor explode.
            Parameters = Reals(
                (int)WeightsOf(drawn.NewLayer(device)).Length, 0, 1 / Math.Sqrt(drawn.Hidden)),
            X = Reals(drawn.Steps * drawn.Batch * drawn.Input, 1),
            Lengths = drawn.Lengths ? DrawnLengths() : null,
            H0 = If(drawn.States, outputs, 2),
            C0 = If(drawn.States && drawn.IsLstm, cells, 3),
            Dy = If(
                (gradients & 1) != 0, drawn.Steps * drawn.Batch * drawn.Directions * drawn.Output, 4),
            Dhn = If((gradients & 2) != 0, outputs, 5),
            Dcn = If((gradients & 4) != 0, cells, 6),
        };
    }

    /// <summary>
    /// Throws where the layer's results are off. Where a function has a kink the gradients jump,
    /// and float may see the other side than double: a call whose reference jumps, too, when its
    /// inputs move by some roundings tells nothing.
    /// </summary>
    /// <returns>Whether the call told something.</returns>
    public bool Check()
    {
        ReferenceOutputs wanted = Reference(_inputs);
        ReferenceOutputs got = Layer();
        foreach (((string name, double[] values), (_, double[] results)) in
            wanted.Arrays().Zip(got.Arrays()))
        {
            if (Rounding.FirstFar(Terms(name), values, results) is string wrong)
            {
                return Jumps(name, values) ? false : throw new InvalidOperationException(
                    $"{name}: {wrong}");
            }
        }

        return true;
    }

    private static Tensor WeightsOf(RecurrentLayer layer) => layer.Parameters().Single().Value;

    private static double[] Doubles(Tensor? tensor) =>
        tensor is null ? [] : [.. tensor.ToArray().Select(value => (double)value)];

    private static float[] Floats(double[] values) => [.. values.Select(value => (float)value)];

    // Numbers that are floats, so that layer and reference start from the same.
    private double[] Reals(int count, int use, double scale = 1) =>
        [.. Numbers.Uniform(count, (_drawn.Seed * 8) + use).Select(
            value => (double)(float)(value * scale))];

    private int[] DrawnLengths()
    {
        Random random = new((_drawn.Seed * 8) + 7);
        return [.. Enumerable.Range(0, _drawn.Batch).Select(
            row => row % 4 == 1 ? 0 : random.Next(_drawn.Steps + 1))];
    }

    // Of one pre-activation, times the steps and layers through which roundings travel; gradients
    // of weights also sum over all rows. Normalisation divides by the deviation of sums, a quarter
    // to a half with these numbers, and so multiplies their roundings: four times the tolerance.
    private double Terms(string name)
    {
        double widest = Math.Max(_drawn.Input, _drawn.Directions * _drawn.Hidden);
        double spread = _drawn.Options.LayerNormalization ? 16 : 1;
        double path = spread * (widest + _drawn.Hidden + 2) * _drawn.Steps * _drawn.Layers;
        return name == "dweights" ? path + (_drawn.Steps * _drawn.Batch) : path;
    }

    private ReferenceOutputs Reference(ReferenceInputs inputs)
    {
        int states = _drawn.StateRows * _drawn.Batch;
        int rows = _drawn.Steps * _drawn.Batch;
        ReferenceOutputs outputs = new()
        {
            Y = new double[rows * _drawn.Directions * _drawn.Output],
            Hn = new double[states * _drawn.Output],
            Cn = _drawn.IsLstm ? new double[states * _drawn.Hidden] : null,
            Dx = new double[rows * _drawn.Input],
            Dh0 = _drawn.States ? new double[states * _drawn.Output] : null,
            Dc0 = _drawn.States && _drawn.IsLstm ? new double[states * _drawn.Hidden] : null,
            Dparams = new double[inputs.Parameters.Length],
        };
        ReferenceLibrary.Run(_drawn.ToConfig(), inputs, outputs);
        return outputs;
    }

    private bool Jumps(string name, double[] wanted)
    {
        Random random = new(_drawn.Seed);
        double[] Moved(double[] values) =>
            [.. values.Select(v => v * (1 + (Nudge * ((2 * random.NextDouble()) - 1))))];
        return Enumerable.Range(0, Nudges).Any(_ =>
        {
            ReferenceOutputs moved = Reference(_inputs with
            {
                Parameters = Moved(_inputs.Parameters),
                X = Moved(_inputs.X),
            });
            double[] values = moved.Arrays().Single(array => array.Name == name).Values;
            return Rounding.FirstFar(Terms(name), wanted, values) is not null;
        });
    }

    private ReferenceOutputs Layer()
    {
        using Device device = TestDevice.Open(_drawn.Threads);
        Tensor? New(double[]? values, params int[] shape) =>
            values is null ? null : Tensor.From(Floats(values), shape, device);
        RecurrentLayer layer = _drawn.NewLayer(device);
        WeightsOf(layer).Write(Floats(_inputs.Parameters));
        int[] rows = _drawn.BatchFirst
            ? [_drawn.Batch, _drawn.Steps]
            : [_drawn.Steps, _drawn.Batch];
        Tensor x = New(_inputs.X, [.. rows, _drawn.Input])!.RequireGradient();
        int[] hidden = [_drawn.StateRows, _drawn.Batch, _drawn.Output];
        int[] cell = [_drawn.StateRows, _drawn.Batch, _drawn.Hidden];
        Tensor? h0 = New(_inputs.H0, hidden)?.RequireGradient();
        Tensor? c0 = New(_inputs.C0, cell)?.RequireGradient();
        Tensor? lengths = _inputs.Lengths is int[] given ? Tensor.From(given, device) : null;
        Tensor? dy = New(_inputs.Dy, [.. rows, _drawn.Directions * _drawn.Output]);
        Tensor? dhn = New(_inputs.Dhn, hidden), dcn = New(_inputs.Dcn, cell);

        using GradientTape tape = device.Record();
        (Tensor y, Tensor hn, Tensor? cn) = Forward(layer, x, h0, c0, lengths);
        Tensor?[] losses = [Loss(y, dy), Loss(hn, dhn), cn is null ? null : Loss(cn, dcn)];
        tape.Backward(losses.OfType<Tensor>().Aggregate((sum, loss) => sum + loss));
        return new ReferenceOutputs
        {
            Y = Doubles(y),
            Hn = Doubles(hn),
            Cn = cn is null ? null : Doubles(cn),
            Dx = Doubles(x.Gradient),
            Dh0 = h0 is null ? null : Doubles(h0.Gradient),
            Dc0 = c0 is null ? null : Doubles(c0.Gradient),
            Dparams = Doubles(WeightsOf(layer).Gradient),
        };
    }

    private static (Tensor Y, Tensor Hn, Tensor? Cn) Forward(
        RecurrentLayer layer, Tensor x, Tensor? h0, Tensor? c0, Tensor? lengths)
    {
        switch (layer)
        {
            case Lstm lstm:
                LstmState? state = h0 is null ? null : new LstmState(h0, c0!);
                (Tensor output, LstmState last) = lstm.Forward(x, state, lengths);
                return (output, last.Hidden, last.Cell);
            case Gru gru:
                (Tensor ofGru, Tensor hnOfGru) = gru.Forward(x, h0, lengths);
                return (ofGru, hnOfGru, null);
            default:
                (Tensor ofRnn, Tensor hnOfRnn) = ((SimpleRnn)layer).Forward(x, h0, lengths);
                return (ofRnn, hnOfRnn, null);
        }
    }

    // A loss whose gradient by the output is the given one.
    private static Tensor? Loss(Tensor output, Tensor? gradient) =>
        gradient is null ? null : (output * gradient).Sum();
}
