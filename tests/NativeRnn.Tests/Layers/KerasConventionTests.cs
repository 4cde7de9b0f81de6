using NativeRnn.Layers;
using NativeRnn.Training;
using Cell = NativeRnn.Tests.Layers.KerasRecurrence.Cell;

namespace NativeRnn.Tests.Layers;

/// <summary>
/// Recurrent layers with Keras' weights give what Keras' equations give: the order of gates, biases,
/// activations, masks, directions and states.
/// </summary>
public sealed class KerasConventionTests : IDisposable
{
    private const int Batch = 2;
    private const int Steps = 4;
    private const int Input = 3;
    private const int Units = 2;
    private const double Tolerance = 1e-6;

    private static readonly int[] LstmGates = [0, 1, 2, 3];
    private static readonly int[] GruGates = [1, 0, 2];
    private static readonly KerasWeights LstmWeights = KerasWeights.Random(4, Input, Units, 1, 10);
    private static readonly KerasWeights OtherWeights = KerasWeights.Random(4, Input, Units, 1, 30);

    // Hard sigmoids of some of these are 0 and 1.
    private static readonly float[] X =
        [.. Numbers.Uniform(Batch * Steps * Input, 5).Select(value => 4 * value)];

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Lstm_OfKerasKernels_IsItsEquation(bool returnSequences, bool hard)
    {
        Lstm layer = new(Units, returnSequences, options: Options(hard));

        Tensor y = Load(layer, LstmWeights.ToState(LstmGates, _device)).Forward(Input3());

        Cell cell = KerasRecurrence.Lstm(LstmWeights, hard ? KerasRecurrence.HardSigmoid : null);
        Numbers.AssertClose(Wanted(cell, returnSequences), y.ToArray(), Tolerance);
    }

    [SkippableTheory]
    [InlineData(true, true, false)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(false, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, true, true)]
    public void Gru_OfKerasKernels_IsItsEquation(bool resetAfter, bool returnSequences, bool hard)
    {
        KerasWeights weights = KerasWeights.Random(3, Input, Units, resetAfter ? 2 : 1, 20);
        Gru layer = new(Units, returnSequences, resetAfter, options: Options(hard));

        Tensor y = Load(layer, weights.ToState(GruGates, _device)).Forward(Input3());

        Cell cell = KerasRecurrence.Gru(
            weights, resetAfter, hard ? KerasRecurrence.HardSigmoid : null);
        Numbers.AssertClose(Wanted(cell, returnSequences), y.ToArray(), Tolerance);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SimpleRnn_OfKerasKernels_IsItsEquation(bool returnSequences)
    {
        KerasWeights weights = KerasWeights.Random(1, Input, Units, 1, 40);
        SimpleRnn layer = new(Units, returnSequences);

        Tensor y = Load(layer, weights.ToState([0], _device)).Forward(Input3());

        Numbers.AssertClose(
            Wanted(KerasRecurrence.Simple(weights), returnSequences), y.ToArray(), Tolerance);
    }

    [Fact]
    public void Lstm_OfANewLayer_HasKerasUnitForgetBias()
    {
        Lstm layer = new(Units);
        layer.Forward(Input3());
        Dictionary<string, Tensor> state = layer.StateDict();

        float[] bias = (state["bias_ih_l0"] + state["bias_hh_l0"]).ToArray();

        Assert.Equal([0, 0, 1, 1, 0, 0, 0, 0], bias);
    }

    [Fact]
    public void Lstm_WithoutUnitForgetBias_StartsWithZeros()
    {
        Lstm layer = new(Units, options: new RecurrentOptions { UnitForgetBias = false });
        layer.Forward(Input3());
        Dictionary<string, Tensor> state = layer.StateDict();

        Assert.Equal(new float[8], (state["bias_ih_l0"] + state["bias_hh_l0"]).ToArray());
    }

    [Fact]
    public void ReturnState_GivesOutputAndBothStates()
    {
        Lstm layer = new(Units, returnState: true);

        Tensor y = Load(layer, LstmWeights.ToState(LstmGates, _device)).Forward(Input3());

        Cell cell = KerasRecurrence.Lstm(LstmWeights);
        (double[] h, double[] c) = LastStates(cell);
        RecurrentState state = layer.LastState!.Value;
        Numbers.AssertClose(h, y.ToArray(), Tolerance);
        Numbers.AssertClose(h, state.Hidden.ToArray(), Tolerance);
        Numbers.AssertClose(c, state.Cell!.ToArray(), Tolerance);
    }

    [Fact]
    public void GoBackwards_GivesTheOutputsInReversedOrder()
    {
        Lstm layer = new(Units, true, goBackwards: true);

        Tensor y = Load(layer, LstmWeights.ToState(LstmGates, _device)).Forward(Input3());

        Cell cell = KerasRecurrence.Lstm(LstmWeights);
        double[] wanted = [.. Rows().SelectMany(row =>
            KerasRecurrence.Run(cell, Units, [.. row.Reverse()]).Y.SelectMany(step => step))];
        Numbers.AssertClose(wanted, y.ToArray(), Tolerance);
    }

    [Fact]
    public void Stateful_SecondBatchStartsAtTheLastStates_UntilResetStates()
    {
        Lstm layer = new(Units, stateful: true);
        Load(layer, LstmWeights.ToState(LstmGates, _device));

        float[] first = layer.Forward(Input3()).ToArray();
        float[] second = layer.Forward(Input3()).ToArray();
        layer.ResetStates();
        float[] third = layer.Forward(Input3()).ToArray();

        Cell cell = KerasRecurrence.Lstm(LstmWeights);
        double[] wanted = [.. Rows().SelectMany(row =>
        {
            (_, double[] h, double[] c) = KerasRecurrence.Run(cell, Units, row);
            return KerasRecurrence.Run(cell, Units, row, state: (h, c)).H;
        })];
        Numbers.AssertClose(Wanted(cell, false), first, Tolerance);
        Numbers.AssertClose(wanted, second, Tolerance);
        Assert.Equal(first, third);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Masking_SkipsTheSteps(bool returnSequences)
    {
        bool[,] valid = { { true, false, true, false }, { false, true, true, true } };
        Gru layer = new(Units, returnSequences);
        KerasWeights weights = KerasWeights.Random(3, Input, Units, 2, 20);
        Load(layer, weights.ToState(GruGates, _device));

        Tensor y = layer.ForwardMasked(Input3(), SequenceMask.From(valid)).Output;

        Cell cell = KerasRecurrence.Gru(weights, resetAfter: true);
        double[] wanted = [.. Rows().SelectMany((row, at) =>
        {
            bool[] mask = [.. Enumerable.Range(0, Steps).Select(step => valid[at, step])];
            (double[][] steps, double[] h, _) = KerasRecurrence.Run(cell, Units, row, mask);
            return returnSequences ? steps.SelectMany(step => step) : h;
        })];
        Numbers.AssertClose(wanted, y.ToArray(), Tolerance);
    }

    [Fact]
    public void MaskingLayer_InASequential_SkipsStepsOfTheMaskValue()
    {
        float[] values = [.. X];
        values.AsSpan(Input, Input).Fill(-1);
        Lstm layer = new(Units);
        Sequential model = new(new Masking(-1), layer);
        Tensor x = Tensor.From(values, [Batch, Steps, Input], _device);
        model.Build(x.Shape, device: _device);
        Load(layer, LstmWeights.ToState(LstmGates, _device));

        Tensor y = model.Forward(x);

        Cell cell = KerasRecurrence.Lstm(LstmWeights);
        double[] wanted = [.. Rows().SelectMany((row, at) =>
            KerasRecurrence.Run(cell, Units, row, [true, at != 0, true, true]).H)];
        Numbers.AssertClose(wanted, y.ToArray(), Tolerance);
    }

    [Theory]
    [InlineData(MergeMode.Concat, true)]
    [InlineData(MergeMode.Sum, true)]
    [InlineData(MergeMode.Mul, true)]
    [InlineData(MergeMode.Average, true)]
    [InlineData(MergeMode.Concat, false)]
    [InlineData(MergeMode.Sum, false)]
    [InlineData(MergeMode.Mul, false)]
    [InlineData(MergeMode.Average, false)]
    public void Bidirectional_MergesForwardWithTheReversedBackward(
        MergeMode mode, bool returnSequences)
    {
        Bidirectional layer = new(new Lstm(Units, returnSequences), mode);
        layer.Forward(Input3());
        layer.ForwardLayer.LoadStateDict(LstmWeights.ToState(LstmGates, _device));
        layer.BackwardLayer.LoadStateDict(OtherWeights.ToState(LstmGates, _device));

        Tensor y = layer.Forward(Input3());

        Numbers.AssertClose(Merged(mode, returnSequences), y.ToArray(), Tolerance);
    }

    [Theory]
    [InlineData(MergeMode.Concat)]
    [InlineData(MergeMode.Sum)]
    [InlineData(MergeMode.Mul)]
    [InlineData(MergeMode.Average)]
    public void BidirectionalOption_OfOneLayer_IsTheSame(MergeMode mode)
    {
        Lstm layer = new(
            Units, true, bidirectional: true, options: new RecurrentOptions { MergeMode = mode });
        Dictionary<string, Tensor> state = LstmWeights.ToState(LstmGates, _device);
        foreach ((string name, Tensor value) in
            OtherWeights.ToState(LstmGates, _device, "l0_reverse"))
        {
            state.Add(name, value);
        }

        Tensor y = Load(layer, state).Forward(Input3());

        Numbers.AssertClose(Merged(mode, true), y.ToArray(), Tolerance);
    }

    private static RecurrentOptions? Options(bool hard)
    {
        if (!hard)
        {
            return null;
        }

        TestDevice.SkipOptionsOnCuda();
        return new RecurrentOptions { RecurrentActivation = GateActivation.HardSigmoid() };
    }

    private static double[][][] Rows() =>
    [
        .. X.Select(value => (double)value).Chunk(Steps * Input)
            .Select(row => row.Chunk(Input).ToArray()),
    ];

    private static double[] Wanted(Cell cell, bool returnSequences) =>
    [
        .. Rows().SelectMany(row =>
        {
            (double[][] y, double[] h, _) = KerasRecurrence.Run(cell, Units, row);
            return returnSequences ? y.SelectMany(step => step) : h;
        }),
    ];

    private static (double[] H, double[] C) LastStates(Cell cell)
    {
        (double[][] Y, double[] H, double[] C)[] runs =
            [.. Rows().Select(row => KerasRecurrence.Run(cell, Units, row))];
        return ([.. runs.SelectMany(run => run.H)], [.. runs.SelectMany(run => run.C)]);
    }

    private static double[] Merged(MergeMode mode, bool returnSequences)
    {
        Cell forwardCell = KerasRecurrence.Lstm(LstmWeights);
        Cell backwardCell = KerasRecurrence.Lstm(OtherWeights);
        return [.. Rows().SelectMany(row =>
        {
            (double[][] forward, double[] forwardH, _) =
                KerasRecurrence.Run(forwardCell, Units, row);
            (double[][] backward, double[] backwardH, _) =
                KerasRecurrence.Run(backwardCell, Units, [.. row.Reverse()]);
            return returnSequences
                ? forward.Zip(backward.Reverse()).SelectMany(pair => Merge(pair.First, pair.Second))
                : Merge(forwardH, backwardH);
        })];

        IEnumerable<double> Merge(double[] forward, double[] backward) => mode switch
        {
            MergeMode.Concat => forward.Concat(backward),
            MergeMode.Sum => forward.Zip(backward, (f, b) => f + b),
            MergeMode.Mul => forward.Zip(backward, (f, b) => f * b),
            _ => forward.Zip(backward, (f, b) => (f + b) / 2),
        };
    }

    // The layer knows its input's size after one Forward.
    private RecurrentLayer Load(RecurrentLayer layer, Dictionary<string, Tensor> state)
    {
        layer.Forward(Input3());
        layer.LoadStateDict(state);
        layer.ResetStates();
        return layer;
    }

    private Tensor Input3() => Tensor.From(X, [Batch, Steps, Input], _device);
}
