using System.Diagnostics;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Layers;

/// <summary>IndRnn, MinGru and MinLstm.</summary>
public sealed class ScanLayerTests : IDisposable
{
    private const int Batch = 3;
    private const int Inputs = 4;

    private readonly Device _device = TestDevice.Open(2);

    public void Dispose() => _device.Dispose();

    public static TheoryData<string> Layers() => ["mingru", "minlstm", "indrnn tanh", "indrnn relu"];

    public static TheoryData<string, bool, bool> LayersAndOptions()
    {
        TheoryData<string, bool, bool> data = [];
        foreach (string which in new[] { "mingru", "minlstm", "indrnn tanh", "indrnn relu" })
        {
            data.Add(which, false, false);
            data.Add(which, true, false);
            data.Add(which, false, true);
            data.Add(which, true, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(LayersAndOptions))]
    public void Forward_WithLengthsAndState_IsThatOfTheEquations(
        string which, bool bidirectional, bool batchFirst)
    {
        const int Steps = 9;
        const int Hidden = 5;
        int[] lengths = [Steps, 0, 6];
        ScanLayer layer = Make(which, Hidden, bidirectional, batchFirst);
        int directions = bidirectional ? 2 : 1;
        Tensor x = Numbers.Tensor(
            _device, 1, batchFirst ? Batch : Steps, batchFirst ? Steps : Batch, Inputs);
        Tensor h0 = Numbers.Tensor(_device, 2, directions, Batch, Hidden);

        (Tensor output, Tensor state) =
            layer.Forward(x, h0, Tensor.From(lengths, [Batch], _device));

        float[] values = x.ToArray();
        double[] wanted = new double[Steps * Batch * directions * Hidden];
        double[] wantedState = [.. h0.ToArray().Select(value => (double)value)];
        int At(int row, int step) => batchFirst ? (row * Steps) + step : (step * Batch) + row;
        for (int direction = 0; direction < directions; direction++)
        {
            for (int row = 0; row < Batch; row++)
            {
                int[] times = [.. Enumerable.Range(0, lengths[row])];
                times = direction == 0 ? times : [.. times.Reverse()];
                int stateAt = ((direction * Batch) + row) * Hidden;
                double[][] states = PlainScan.Run(
                    layer,
                    ActivationOf(which),
                    direction == 0 ? "l0" : "l0_reverse",
                    [.. times.Select(step => values.AsSpan(At(row, step) * Inputs, Inputs).ToArray()
                        .Select(value => (double)value).ToArray())],
                    wantedState[stateAt..(stateAt + Hidden)]);
                for (int k = 0; k < times.Length; k++)
                {
                    int to = ((At(row, times[k]) * directions) + direction) * Hidden;
                    states[k].CopyTo(wanted, to);
                    states[k].CopyTo(wantedState, stateAt);
                }
            }
        }

        Numbers.AssertClose(wanted, output.ToArray(), 1e-5);
        Numbers.AssertClose(wantedState, state.ToArray(), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Gradients_AreTheDifferences(string which)
    {
        foreach (bool bidirectional in new[] { false, true })
        {
            ScanLayer layer = Make(which, 3, bidirectional, batchFirst: true);
            Tensor x = Numbers.Tensor(_device, 3, 2, 4, Inputs).RequireGradient();
            Tensor h0 = Numbers.Tensor(_device, 4, bidirectional ? 2 : 1, 2, 3).RequireGradient();
            if (which == "indrnn relu")
            {
                // Far from the kink, where a difference is none of the two slopes.
                layer.Parameters().Single(parameter => parameter.Name == "bias").Value.Fill(4);
            }

            Tensor Loss()
            {
                (Tensor output, Tensor state) =
                    layer.Forward(x, h0, Tensor.From([4, 2], [2], _device));
                return GradientCheck.WeightedSum(output, _device)
                    + GradientCheck.WeightedSum(state, _device);
            }

            GradientCheck.Run(_device, Loss, [x, h0, .. GradientCheck.ParametersOf(layer)]);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Forward_InKerasStyle_GivesTheLastValidStep(string which)
    {
        ScanLayer last = Keras(which, returnSequences: false), all = Keras(which, true);
        Tensor x = Numbers.Tensor(_device, 5, Batch, 6, Inputs);

        Tensor output = last.Forward(x);
        float[] steps = all.Forward(x).ToArray();

        Assert.Equal([Batch, 5], output.Shape.ToArray());
        Assert.Equal(
            Enumerable.Range(0, Batch).SelectMany(row => steps[((row * 6 + 5) * 5)..((row * 6 + 6) * 5)]),
            output.ToArray());
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Forward_OfPaddedRow_HasTheBitsOfTheRowAlone(string which)
    {
        ScanLayer layer = Make(which, 5, bidirectional: true, batchFirst: true);
        Tensor x = Numbers.Tensor(_device, 6, 2, 300, Inputs);

        Tensor padded = layer.Forward(x, null, Tensor.From([200, 300], [2], _device)).Output;
        Tensor alone = layer.Forward(x[..1, ..200]);

        Assert.Equal(alone.ToArray(), padded[..1, ..200].ToArray());
        Assert.All(padded[..1, 200..].ToArray(), value => Assert.Equal(0, value));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Training_OnAnyNumberOfThreads_GivesTheSameBits(string which)
    {
        float[][] results = [.. new[] { 1, 2, 3, 8 }.Select(threads => GradientsOn(which, threads))];

        Assert.All(results, result => Assert.Equal(results[0], result));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Training_OfTwoThousandSteps_IsQuick(string which)
    {
        ScanLayer layer = Make(which, 32, bidirectional: false, batchFirst: true);
        Tensor x = Numbers.Tensor(_device, 7, 4, 2000, Inputs);
        Stopwatch clock = Stopwatch.StartNew();
        using GradientTape tape = _device.Record();

        Tensor loss = layer.Forward(x).Square().Mean();
        tape.Backward(loss);

        Assert.True(float.IsFinite(loss.Item()));
        Assert.All(
            GradientCheck.ParametersOf(layer),
            value => Assert.All(value.Gradient!.ToArray(), g => Assert.True(float.IsFinite(g))));
        // Some milliseconds; the bound is for machines that do much else.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
    }

    // Gates see the mark, so that they can let its value in and keep it.
    [Theory]
    [InlineData("mingru")]
    [InlineData("minlstm")]
    public void Fit_LearnsToKeepTheMarkedValue(string which)
    {
        const int Rows = 128;
        const int Steps = 20;
        float[] values = Numbers.Uniform(Rows * Steps, 8);
        Random random = new(8);
        float[] x = new float[Rows * Steps * 2];
        float[] wanted = new float[Rows];
        for (int row = 0; row < Rows; row++)
        {
            int marked = random.Next(Steps);
            for (int step = 0; step < Steps; step++)
            {
                int at = (row * Steps) + step;
                (x[2 * at], x[(2 * at) + 1]) = (values[at], step == marked ? 1 : 0);
            }

            wanted[row] = values[(row * Steps) + marked];
        }

        Module layer = which == "mingru" ? new MinGru(16, seed: 1) : new MinLstm(16, seed: 1);
        Sequential model = new(layer, new Dense(1, seed: 3));
        model.Compile(new MeanSquaredError(), new Adam(learningRate: 0.02f));

        History history = model.Fit(
            Tensor.From(x, [Rows, Steps, 2], _device), Tensor.From(wanted, [Rows, 1], _device), epochs: 100);

        Assert.True(
            history.Losses[^1] < 0.1 * history.Losses[0],
            $"the loss went from {history.Losses[0]} to {history.Losses[^1]}");
    }

    [Fact]
    public void StateDict_Names_ArePyTorchs()
    {
        ScanLayer layer = new IndRnn(2, 3, bidirectional: true, seed: 1, device: _device);

        Dictionary<string, Tensor> state = layer.StateDict();

        Assert.Equal(
            [
                "bias_ih_l0", "bias_ih_l0_reverse", "weight_hh_l0", "weight_hh_l0_reverse",
                "weight_ih_l0", "weight_ih_l0_reverse",
            ],
            state.Keys.Order(StringComparer.Ordinal));
        Assert.All(state["weight_hh_l0"].ToArray(), u => Assert.InRange(u, 0, 1));
        ScanLayer other = new IndRnn(2, 3, bidirectional: true, seed: 2, device: _device);
        other.LoadStateDict(state);
        Tensor x = Numbers.Tensor(_device, 9, 4, 1, 2);
        Assert.Equal(layer.Forward(x).ToArray(), other.Forward(x).ToArray());
    }

    private static Activation ActivationOf(string which) =>
        which == "indrnn tanh" ? Activation.Tanh : Activation.Relu;

    private static ScanLayer Keras(string which, bool returnSequences) => which switch
    {
        "mingru" => new MinGru(5, returnSequences, seed: 1),
        "minlstm" => new MinLstm(5, returnSequences, seed: 1),
        _ => new IndRnn(5, returnSequences, ActivationOf(which), seed: 1),
    };

    private ScanLayer Make(string which, int hidden, bool bidirectional, bool batchFirst) =>
        Make(which, hidden, bidirectional, batchFirst, _device);

    private static ScanLayer Make(
        string which, int hidden, bool bidirectional, bool batchFirst, Device device) => which switch
    {
        "mingru" => new MinGru(
            Inputs, hidden, true, batchFirst, bidirectional, seed: 1, device: device),
        "minlstm" => new MinLstm(
            Inputs, hidden, true, batchFirst, bidirectional, seed: 1, device: device),
        _ => new IndRnn(
            Inputs, hidden, ActivationOf(which), true, batchFirst, bidirectional, seed: 1, device: device),
    };

    private static float[] GradientsOn(string which, int threads)
    {
        using Device device = TestDevice.Open(threads);
        ScanLayer layer = Make(which, 20, bidirectional: false, batchFirst: true, device);
        Tensor x = Numbers.Tensor(device, 10, 1, 700, Inputs).RequireGradient();
        using GradientTape tape = device.Record();
        tape.Backward(layer.Forward(x).Square().Sum());
        return
        [
            .. x.Gradient!.ToArray(),
            .. GradientCheck.ParametersOf(layer).SelectMany(value => value.Gradient!.ToArray()),
        ];
    }
}
