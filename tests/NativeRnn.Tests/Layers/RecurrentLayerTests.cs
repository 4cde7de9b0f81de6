using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class RecurrentLayerTests : IDisposable
{
    private const int Steps = 5;
    private const int Batch = 3;
    private const int Input = 4;
    private const int Hidden = 6;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<RnnCell, bool> Cells() => new()
    {
        { RnnCell.Lstm, true },
        { RnnCell.Gru, true },
        { RnnCell.Gru, false },
        { RnnCell.RnnTanh, true },
        { RnnCell.RnnRelu, true },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void Forward_OfOneLayer_FollowsTheEquations(RnnCell cell, bool resetAfter)
    {
        RecurrentLayer layer = Make(cell, resetAfter);
        Tensor x = Numbers.Tensor(_device, 1, Steps, Batch, Input);

        float[] got = layer.Forward(x).ToArray();

        PlainRecurrence plain = new(cell, resetAfter, Hidden);
        Numbers.AssertClose(Expected(plain, layer, x, _ => Steps), got, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Forward_WithLengths_StopsEachRowAtItsLength(RnnCell cell, bool resetAfter)
    {
        RecurrentLayer layer = Make(cell, resetAfter);
        Tensor x = Numbers.Tensor(_device, 2, Steps, Batch, Input);
        int[] lengths = [5, 0, 2];

        RecurrentOutput got = layer.Run(x, null, Tensor.From(lengths, [Batch], _device));

        PlainRecurrence plain = new(cell, resetAfter, Hidden);
        Numbers.AssertClose(
            Expected(plain, layer, x, row => lengths[row]), got.Output.ToArray(), 1e-5);
        float[] hidden = got.State.Hidden.ToArray();
        float[] output = got.Output.ToArray();
        Assert.All(hidden[Hidden..(2 * Hidden)], value => Assert.Equal(0, value));
        Assert.Equal(
            output[(((1 * Batch) + 2) * Hidden)..(((1 * Batch) + 3) * Hidden)],
            hidden[(2 * Hidden)..]);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Forward_FromTheStateInTheMiddle_GivesTheWholeSequence(RnnCell cell, bool resetAfter)
    {
        RecurrentLayer layer = Make(cell, resetAfter, numLayers: 2);
        float[] values = Numbers.Uniform(Steps * Batch * Input, 3);
        int half = 2 * Batch * Input;
        Tensor x = Tensor.From(values, [Steps, Batch, Input], _device);
        Tensor first = Tensor.From(values.AsSpan(0, half), [2, Batch, Input], _device);
        Tensor second = Tensor.From(values.AsSpan(half), [3, Batch, Input], _device);

        RecurrentOutput whole = layer.Run(x, null, null);
        RecurrentOutput start = layer.Run(first, null, null);
        RecurrentOutput end = layer.Run(second, start.State, null);

        double[] wanted = [.. whole.Output.ToArray().Select(y => (double)y)];
        Numbers.AssertClose(
            wanted, [.. start.Output.ToArray(), .. end.Output.ToArray()], 1e-6);
        Numbers.AssertClose(
            [.. whole.State.Hidden.ToArray().Select(h => (double)h)],
            end.State.Hidden.ToArray(), 1e-6);
    }

    [Fact]
    public void Forward_Bidirectional_RunsTheSecondHalfBackward()
    {
        Gru layer = new(Input, Hidden, bidirectional: true, seed: 5, device: _device);
        float[] values = Numbers.Uniform(Steps * Input, 4);
        Tensor x = Tensor.From(values, [Steps, 1, Input], _device);

        float[] got = layer.Forward(x).ToArray();

        PlainRecurrence plain = new PlainRecurrence(RnnCell.Gru, true, Hidden)
            .With(layer.StateDict(), "l0_reverse");
        for (int step = Steps - 1; step >= 0; step--)
        {
            double[] input = [.. values[(step * Input)..((step + 1) * Input)].Select(v => (double)v)];
            int at = (step * 2 * Hidden) + Hidden;
            Numbers.AssertClose(plain.Step(input), got[at..(at + Hidden)], 1e-5);
        }
    }

    [Fact]
    public void Forward_BatchFirst_IsTheTransposed()
    {
        Lstm timeMajor = new(Input, Hidden, 2, seed: 6, device: _device);
        Lstm batchFirst = new(Input, Hidden, 2, batchFirst: true, seed: 6, device: _device);
        Tensor x = Numbers.Tensor(_device, 5, Steps, Batch, Input);

        float[] wanted = timeMajor.Forward(x).Transpose(0, 1).ToArray();

        Assert.Equal(wanted, batchFirst.Forward(x.Transpose(0, 1)).ToArray());
    }

    [Theory]
    [InlineData(false, false, new[] { Batch, Hidden })]
    [InlineData(true, false, new[] { Batch, Steps, Hidden })]
    [InlineData(false, true, new[] { Batch, 2 * Hidden })]
    [InlineData(true, true, new[] { Batch, Steps, 2 * Hidden })]
    public void KerasConstructors_GiveTheirShapes(bool sequences, bool both, int[] shape)
    {
        Tensor x = Numbers.Tensor(_device, 6, Batch, Steps, Input);
        RecurrentLayer[] layers =
        [
            new Lstm(Hidden, sequences, both),
            new Gru(Hidden, sequences, bidirectional: both),
            new Gru(Hidden, sequences, resetAfter: false, bidirectional: both),
            new SimpleRnn(Hidden, sequences, bidirectional: both),
            new SimpleRnn(Hidden, sequences, Activation.Relu, both),
        ];

        foreach (RecurrentLayer layer in layers)
        {
            Assert.Equal(shape, layer.Forward(x).Shape.ToArray());
            Assert.Equal(Input, layer.InputSize);
        }
    }

    [Fact]
    public void KerasLstm_LastStep_IsTheSequencesLast()
    {
        Tensor x = Numbers.Tensor(_device, 7, Batch, Steps, Input);

        float[] last = new Lstm(Hidden, seed: 8).Forward(x).ToArray();
        Tensor all = new Lstm(Hidden, returnSequences: true, seed: 8).Forward(x);

        Assert.Equal(all[.., ^1].ToArray(), last);
    }

    [Fact]
    public void KerasBidirectional_LastStep_JoinsBothEnds()
    {
        Tensor x = Numbers.Tensor(_device, 8, Batch, Steps, Input);

        float[] last = new Gru(Hidden, bidirectional: true, seed: 9).Forward(x).ToArray();
        float[] all = new Gru(Hidden, returnSequences: true, bidirectional: true, seed: 9)
            .Forward(x).ToArray();

        for (int row = 0; row < Batch; row++)
        {
            int width = 2 * Hidden;
            int end = ((row * Steps) + Steps - 1) * width;
            int start = row * Steps * width;
            Assert.Equal(all[end..(end + Hidden)], last[(row * width)..((row * width) + Hidden)]);
            Assert.Equal(
                all[(start + Hidden)..(start + width)],
                last[((row * width) + Hidden)..((row + 1) * width)]);
        }
    }

    [Fact]
    public void StateDict_OfStackedLayers_HasPyTorchsNamesAndShapes()
    {
        Lstm layer = new(Input, Hidden, 2, bidirectional: true, device: _device);

        Dictionary<string, Tensor> state = layer.StateDict();

        Assert.Equal(
            from index in new[] { 0, 1 }
            from suffix in new[] { "", "_reverse" }
            from name in new[] { "weight_ih", "weight_hh", "bias_ih", "bias_hh" }
            select $"{name}_l{index}{suffix}",
            state.Keys);
        Assert.Equal([4 * Hidden, Input], state["weight_ih_l0"].Shape.ToArray());
        Assert.Equal([4 * Hidden, 2 * Hidden], state["weight_ih_l1_reverse"].Shape.ToArray());
        Assert.Equal([4 * Hidden, Hidden], state["weight_hh_l1"].Shape.ToArray());
        Assert.Equal([4 * Hidden], state["bias_hh_l0"].Shape.ToArray());
    }

    [Fact]
    public void Constructor_WithoutBias_HasNone()
    {
        Gru layer = new(Input, Hidden, bias: false, device: _device);

        Assert.Equal(["weight_ih_l0", "weight_hh_l0"], layer.StateDict().Keys);
        Assert.Equal(3 * Hidden * (Input + Hidden), layer.ParameterCount);
    }

    [Fact]
    public void InitialWeights_AfterKeras_AreGlorotOrthogonalAndForgetOne()
    {
        Lstm layer = new(Hidden, seed: 3);
        layer.Forward(Numbers.Tensor(_device, 9, Batch, Steps, Input));
        Dictionary<string, Tensor> state = layer.StateDict();

        double bound = Math.Sqrt(6.0 / (Input + (4 * Hidden)));
        Assert.All(state["weight_ih_l0"].ToArray(), w => Assert.InRange(w, -bound, bound));
        float[] recurrent = state["weight_hh_l0"].ToArray();
        for (int left = 0; left < Hidden; left++)
        {
            for (int right = 0; right < Hidden; right++)
            {
                double product = Enumerable.Range(0, 4 * Hidden).Sum(
                    row => (double)recurrent[(row * Hidden) + left]
                        * recurrent[(row * Hidden) + right]);
                Assert.Equal(left == right ? 1 : 0, product, 1e-6);
            }
        }

        float[] bias = state["bias_ih_l0"].ToArray();
        Assert.All(bias[Hidden..(2 * Hidden)], value => Assert.Equal(1, value));
        Assert.Equal(Hidden, bias.Count(value => value != 0));
        Assert.All(state["bias_hh_l0"].ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Dropout_ActsInTrainingOnly_AndRepeatsWithTheSeed()
    {
        Tensor x = Numbers.Tensor(_device, 10, Steps, Batch, Input);
        Lstm With(float dropout) =>
            new(Input, Hidden, 2, dropout: dropout, seed: 11, device: _device);
        Lstm layer = With(0.5f);
        Lstm twin = With(0.5f);

        float[] first = layer.Forward(x).ToArray();
        float[] second = layer.Forward(x).ToArray();
        layer.SetTraining(false);
        float[] evaluated = layer.Forward(x).ToArray();

        Assert.NotEqual(first, second);
        Assert.Equal(first, twin.Forward(x).ToArray());
        Assert.Equal(second, twin.Forward(x).ToArray());
        Assert.Equal(With(0).Forward(x).ToArray(), evaluated);
        using GradientTape tape = _device.Record();
        Assert.Equal(evaluated, layer.Forward(x).ToArray());
    }

    private RecurrentLayer Make(RnnCell cell, bool resetAfter, int numLayers = 1) => cell switch
    {
        RnnCell.Lstm => new Lstm(Input, Hidden, numLayers, seed: 2, device: _device),
        RnnCell.Gru => new Gru(
            Input, Hidden, numLayers, resetAfter: resetAfter, seed: 2, device: _device),
        RnnCell.RnnTanh => new SimpleRnn(Input, Hidden, numLayers, seed: 2, device: _device),
        _ => new SimpleRnn(Input, Hidden, numLayers, Activation.Relu, seed: 2, device: _device),
    };

    private static double[] Expected(
        PlainRecurrence plain, Module layer, Tensor x, Func<int, int> length)
    {
        float[] values = x.ToArray();
        double[] outputs = new double[Steps * Batch * Hidden];
        for (int row = 0; row < Batch; row++)
        {
            plain.With(layer.StateDict(), "l0");
            for (int step = 0; step < length(row); step++)
            {
                int at = (step * Batch) + row;
                double[] input = [.. values[(at * Input)..((at + 1) * Input)].Select(v => (double)v)];
                plain.Step(input).CopyTo(outputs, at * Hidden);
            }
        }

        return outputs;
    }
}
