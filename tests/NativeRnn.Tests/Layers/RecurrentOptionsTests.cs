using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Layers;

public sealed class RecurrentOptionsTests : IDisposable
{
    private const int Steps = 5;
    private const int Batch = 3;
    private const int Input = 4;
    private const int Hidden = 6;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(MergeMode.Sum, true)]
    [InlineData(MergeMode.Mul, true)]
    [InlineData(MergeMode.Average, true)]
    [InlineData(MergeMode.Sum, false)]
    [InlineData(MergeMode.Mul, false)]
    [InlineData(MergeMode.Average, false)]
    public void MergeMode_OfTwoDirections_JoinsTheHalves(MergeMode mode, bool sequences)
    {
        Tensor x = Numbers.Tensor(_device, 1, Batch, Steps, Input);
        Gru Make(MergeMode merge) => new(
            Hidden, sequences, bidirectional: true, seed: 3,
            options: new RecurrentOptions { MergeMode = merge });

        float[] both = Make(MergeMode.Concat).Forward(x).ToArray();
        Tensor got = Make(mode).Forward(x);

        Assert.Equal(sequences ? [Batch, Steps, Hidden] : [Batch, Hidden], got.Shape.ToArray());
        double[] wanted = [.. got.ToArray().Select((_, at) => Merged(mode, both, at))];
        Numbers.AssertClose(wanted, got.ToArray(), 1e-6);
    }

    [Theory]
    [InlineData(MergeMode.Sum)]
    [InlineData(MergeMode.Mul)]
    [InlineData(MergeMode.Average)]
    public void MergeMode_Gradients_AreTheDifferences(MergeMode mode)
    {
        Lstm layer = new(
            3, 2, bidirectional: true, seed: 1, device: _device,
            options: new RecurrentOptions { MergeMode = mode });
        Tensor x = Numbers.Tensor(_device, 1, 3, 2, 3).RequireGradient();

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(x), _device),
            [x, .. GradientCheck.ParametersOf(layer)]);
    }

    [Fact]
    public void GoBackwards_WithLengths_FollowsTheEquationsOnEachReversedRow()
    {
        Lstm layer = new(
            Input, Hidden, seed: 2, device: _device,
            options: new RecurrentOptions { GoBackwards = true });
        float[] x = Numbers.Uniform(Steps * Batch * Input, 3);
        int[] lengths = [5, 0, 3];

        (Tensor output, LstmState state) = layer.Forward(
            Tensor.From(x, [Steps, Batch, Input], _device),
            null,
            Tensor.From(lengths, [Batch], _device));

        PlainRecurrence plain = new(RnnCell.Lstm, true, Hidden);
        double[] wanted = new double[Steps * Batch * Hidden];
        double[] last = new double[Batch * Hidden];
        for (int row = 0; row < Batch; row++)
        {
            plain.With(layer.StateDict(), "l0");
            for (int step = 0; step < lengths[row]; step++)
            {
                int from = (((lengths[row] - 1 - step) * Batch) + row) * Input;
                double[] h = plain.Step([.. x[from..(from + Input)].Select(v => (double)v)]);
                h.CopyTo(wanted, ((step * Batch) + row) * Hidden);
                h.CopyTo(last, row * Hidden);
            }
        }

        Numbers.AssertClose(wanted, output.ToArray(), 1e-5);
        Numbers.AssertClose(last, state.Hidden.ToArray(), 1e-5);
    }

    [Fact]
    public void GoBackwards_OfAKerasLayer_IsTheLayerOnTheReversedInput()
    {
        float[] values = Numbers.Uniform(Steps * Input, 4);
        Tensor x = Tensor.From(values, [1, Steps, Input], _device);
        Tensor reversed = Tensor.From(
            values.Chunk(Input).Reverse().SelectMany(step => step).ToArray().AsSpan(),
            [1, Steps, Input],
            _device);

        Assert.Equal(
            new SimpleRnn(Hidden, true, seed: 5).Forward(reversed).ToArray(),
            new SimpleRnn(Hidden, true, seed: 5, goBackwards: true).Forward(x).ToArray());
        Assert.Equal(
            new Gru(Hidden, seed: 5).Forward(reversed).ToArray(),
            new Gru(Hidden, seed: 5, goBackwards: true).Forward(x).ToArray());
    }

    [Fact]
    public void GoBackwards_Gradients_AreTheDifferences()
    {
        Gru layer = new(
            3, 2, seed: 1, device: _device,
            options: new RecurrentOptions { GoBackwards = true });
        Tensor x = Numbers.Tensor(_device, 1, 3, 2, 3).RequireGradient();
        Tensor lengths = Tensor.From([3, 2], [2], _device);

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(x, null, lengths).Output, _device),
            [x, .. GradientCheck.ParametersOf(layer)]);
    }

    [Fact]
    public void Stateful_Batches_ContinueEachOther_UntilReset()
    {
        Tensor x = Numbers.Tensor(_device, 6, Batch, Steps, Input);
        Tensor whole = new Lstm(Hidden, true, seed: 7).Forward(x);
        Lstm layer = new(Hidden, true, seed: 7, stateful: true);

        float[] first = layer.Forward(x[.., ..2]).ToArray();
        float[] second;
        using (GradientTape tape = _device.Record())
        {
            second = layer.Forward(x[.., 2..]).ToArray();
        }

        layer.ResetStates();
        float[] again = layer.Forward(x[.., ..2]).ToArray();

        Assert.Equal(whole[.., ..2].ToArray(), first);
        Assert.Equal(whole[.., 2..].ToArray(), second);
        Assert.Equal(first, again);
    }

    [Fact]
    public void Stateful_LayerOfASequential_IsNotDisturbedByBuild()
    {
        Tensor x = Numbers.Tensor(_device, 6, 1, Steps, Input);
        Tensor whole = new Lstm(Hidden, true, seed: 7).Forward(x);
        Sequential model = new(new Lstm(Hidden, true, seed: 7, stateful: true));

        model.Forward(x[.., ..2]);
        model.Build(x.Shape, device: _device);
        Assert.Equal(whole[.., 2..].ToArray(), model.Forward(x[.., 2..]).ToArray());
        model.ResetStates();
        Assert.Equal(whole[.., ..2].ToArray(), model.Forward(x[.., ..2]).ToArray());
    }

    [Fact]
    public void Stateful_BatchOfAnotherSize_StartsAnew()
    {
        Tensor x = Numbers.Tensor(_device, 6, Batch, Steps, Input);
        Gru layer = new(Hidden, seed: 7, stateful: true);
        layer.Forward(x);

        Assert.Equal(new Gru(Hidden, seed: 7).Forward(x[..2]).ToArray(), layer.Forward(x[..2]).ToArray());
    }

    [Fact]
    public void ReturnState_KeepsTheLastState()
    {
        Tensor x = Numbers.Tensor(_device, 8, Batch, Steps, Input);
        Lstm layer = new(Hidden, seed: 9, returnState: true);

        Tensor last = layer.Forward(x);
        (_, LstmState wanted) = layer.Forward(x, null);

        RecurrentState got = Assert.NotNull(layer.LastState);
        Assert.Equal(wanted.Hidden.ToArray(), got.Hidden.ToArray());
        Assert.Equal(wanted.Cell.ToArray(), got.Cell!.ToArray());
        Assert.Equal(last.ToArray(), got.Hidden.ToArray());
        Lstm without = new(Hidden, seed: 9);
        without.Forward(x);
        Assert.Null(without.LastState);
    }

    [Fact]
    public void LearnedInitialState_StartsEachRow_AndIsLearnt()
    {
        Lstm layer = new(
            3, 2, 2, bidirectional: true, seed: 1, device: _device,
            options: new RecurrentOptions { LearnedInitialState = true });
        Assert.Equal([4, 1, 2], layer.StateDict()["h0"].Shape.ToArray());
        Assert.Equal([4, 1, 2], layer.StateDict()["c0"].Shape.ToArray());
        Tensor[] starts =
        [
            .. layer.NamedParameters().Where(named => named.Name is "h0" or "c0")
                .Select(named => named.Parameter.Value),
        ];
        starts[0].Write(Numbers.Uniform(8, 2));
        starts[1].Write(Numbers.Uniform(8, 3));
        Tensor x = Numbers.Tensor(_device, 1, 2, 2, 3).RequireGradient();

        LstmState given = new(
            starts[0].Detach().BroadcastTo(4, 2, 2), starts[1].Detach().BroadcastTo(4, 2, 2));
        Assert.Equal(
            layer.Forward(x, given).Output.ToArray(), layer.Forward(x).ToArray());
        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(x), _device),
            [x, .. GradientCheck.ParametersOf(layer)]);
    }

    [Fact]
    public void LearnedInitialState_OfABatchOfOne_HasGradients()
    {
        Gru layer = new(
            3, 2, seed: 1, device: _device,
            options: new RecurrentOptions { LearnedInitialState = true });
        Tensor x = Numbers.Tensor(_device, 1, 3, 1, 3);

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(x), _device),
            GradientCheck.ParametersOf(layer));
    }

    [Fact]
    public void TruncatedBackPropagation_OverWindows_HasTheGradientsOfEachWindowAlone()
    {
        Lstm layer = new(Input, Hidden, seed: 4, device: _device);
        Tensor x = Numbers.Tensor(_device, 5, 3 * Steps, Batch, Input);
        LstmState? carried = null;
        List<float[]> got = [];
        for (int window = 0; window < 3; window++)
        {
            layer.ZeroGrad();
            using GradientTape tape = _device.Record();
            (Tensor output, LstmState next) = layer.Forward(
                x[(window * Steps)..((window + 1) * Steps)], carried?.Detach());
            tape.Backward(output.Sum());
            carried = next.Copy();
            got.Add(layer.Parameters().Single().Gradient.ToArray());
        }

        (_, LstmState before) = layer.Forward(x[..(2 * Steps)], null);
        layer.ZeroGrad();
        using (GradientTape tape = _device.Record())
        {
            tape.Backward(layer.Forward(x[(2 * Steps)..], before).Output.Sum());
        }

        Assert.Equal(layer.Parameters().Single().Gradient.ToArray(), got[2]);
        Assert.NotEqual(got[0], got[2]);
    }

    [Fact]
    public void Pack_OfALayerThatGoesBackwards_IsRefused()
    {
        Gru layer = new(
            3, 2, device: _device, options: new RecurrentOptions { GoBackwards = true });

        NotSupportedException thrown = Assert.Throws<NotSupportedException>(() => layer.Pack());

        Assert.Contains("backwards", thrown.Message, StringComparison.Ordinal);
    }

    private static double Merged(MergeMode mode, float[] both, int at)
    {
        (int row, int unit) = (at / Hidden, at % Hidden);
        double forward = both[(row * 2 * Hidden) + unit];
        double backward = both[(row * 2 * Hidden) + Hidden + unit];
        return mode switch
        {
            MergeMode.Sum => forward + backward,
            MergeMode.Mul => forward * backward,
            _ => (forward + backward) / 2,
        };
    }
}
