using NativeRnn.Layers;
using NativeRnn.Training;
using Xunit.Abstractions;

namespace NativeRnn.Tests.Layers;

public sealed class CheckpointTests(ITestOutputHelper output) : IDisposable
{
    private const int Steps = 11;
    private const int Batch = 3;
    private const int Input = 4;
    private const int Hidden = 5;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<RnnCell, int, bool, bool, int> Cases()
    {
        TheoryData<RnnCell, int, bool, bool, int> cases = [];
        foreach (RnnCell cell in Enum.GetValues<RnnCell>().Where(cell => cell <= RnnCell.RnnRelu))
        {
            foreach (bool both in new[] { false, true })
            {
                cases.Add(cell, 1, both, false, 4);
                cases.Add(cell, 2, both, true, 3);
                cases.Add(cell, 3, both, false, RecurrentOptions.SquareRootSteps);
            }
        }

        return cases;
    }

    // Outputs and states are the same bits, and of one direction what goes to inputs. The weights'
    // gradients are summed part by part, the inputs' of two directions one direction after the
    // other: in another order.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Checkpointed_Run_GivesWhatTheWholeOneGives(
        RnnCell cell, int layers, bool both, bool lengths, int part)
    {
        Run wanted = RunOf(Make(cell, layers, both, null), lengths);
        Run got = RunOf(Make(cell, layers, both, part), lengths);

        Assert.Equal(wanted.Output, got.Output);
        Assert.Equal(wanted.Hidden, got.Hidden);
        Assert.Equal(wanted.Cell, got.Cell);
        if (!both)
        {
            Assert.Equal(wanted.Dx, got.Dx);
            Assert.Equal(wanted.Dh0, got.Dh0);
        }

        Numbers.AssertClose([.. wanted.Dx.Select(v => (double)v)], got.Dx, 1e-5);
        Numbers.AssertClose([.. wanted.Dh0.Select(v => (double)v)], got.Dh0, 1e-5);
        Numbers.AssertClose([.. wanted.Dweights.Select(v => (double)v)], got.Dweights, 1e-5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Checkpointed_Gradients_AreTheDifferences(bool both)
    {
        Lstm layer = new(
            3, 2, 2, batchFirst: true, bidirectional: both, seed: 1, device: _device,
            options: new RecurrentOptions { CheckpointSteps = 2, LearnedInitialState = true });
        Tensor x = Numbers.Tensor(_device, 1, 2, 5, 3).RequireGradient();
        Tensor lengths = Tensor.From([5, 3], [2], _device);

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(x, null, lengths).Output, _device),
            [x, .. GradientCheck.ParametersOf(layer)]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Checkpointed_Dropout_GoesBackThroughTheMasksOfTheForward(bool both)
    {
        Gru layer = new(
            3, 4, 2, dropout: 0.5f, bidirectional: both, seed: 1, device: _device,
            options: new RecurrentOptions { CheckpointSteps = 2 });
        Gru twin = new(
            3, 4, 2, dropout: 0.5f, bidirectional: both, seed: 1, device: _device,
            options: new RecurrentOptions { CheckpointSteps = 2 });
        Tensor x = Numbers.Tensor(_device, 1, 5, 2, 3).RequireGradient();
        float[] first;
        using (GradientTape tape = _device.Record())
        {
            Tensor y = layer.Forward(x);
            first = y.ToArray();
            tape.Backward(GradientCheck.WeightedSum(y, _device));
        }

        Assert.Equal(first, twin.Forward(x).ToArray());
        layer.SetTraining(false);
        Assert.NotEqual(first, layer.Forward(x).ToArray());

        // The next call has other masks; one made anew has the same ones again.
        float[] gradient = x.Gradient!.ToArray();
        const float Move = 1e-2f;
        float[] values = x.ToArray();
        double high = LossAt(Move);
        double low = LossAt(-Move);
        Assert.Equal((high - low) / (2 * Move), gradient[3], 5e-3);

        double LossAt(float moved)
        {
            Gru again = new(
                3, 4, 2, dropout: 0.5f, bidirectional: both, seed: 1, device: _device,
                options: new RecurrentOptions { CheckpointSteps = 2 });
            float[] place = [.. values];
            place[3] += moved;
            Tensor y = again.Forward(Tensor.From(place, [5, 2, 3], _device));
            return GradientCheck.WeightedSum(y, _device).Item();
        }
    }

    [Fact]
    [Trait(TestDevice.Trait, TestDevice.Real)]
    public void TenThousandSteps_TrainInBoundedMemory()
    {
        const int Long = 10_000;
        const int Units = 32;
        Tensor x = Numbers.Tensor(_device, 1, 1, Long, 1);
        Tensor y = Numbers.Tensor(_device, 2, 1, Units);
        Dictionary<int, (long Floats, float First, float Last)> runs = [];
        foreach (int? part in new int?[] { null, RecurrentOptions.SquareRootSteps })
        {
            using Device device = TestDevice.Open();
            Lstm layer = new(
                1, Units, 2, batchFirst: true, seed: 1, device: device,
                options: new RecurrentOptions { CheckpointSteps = part });
            Adam adam = new(0.01f);
            adam.Bind(layer.Parameters());
            using Tensor input = Tensor.From(x.ToArray(), [1, Long, 1], device);
            using Tensor target = Tensor.From(y.ToArray(), [1, Units], device);
            List<float> losses = [];
            for (int step = 0; step < 4; step++)
            {
                using GradientTape tape = device.Record();
                (_, LstmState state) = layer.Forward(input, null);
                Tensor loss = (state.Hidden[1] - target).Square().Mean();
                tape.Backward(loss);
                adam.Step();
                losses.Add(loss.Item());
            }

            runs[part ?? -1] = (device.Pool.MostUsed, losses[0], losses[^1]);
        }

        (long whole, float first, float last) = runs[-1];
        (long bounded, float sameFirst, float sameLast) = runs[RecurrentOptions.SquareRootSteps];
        Assert.Equal(first, sameFirst);
        Assert.Equal(last, sameLast, 1e-4);
        Assert.True(sameLast < sameFirst, $"the loss went from {sameFirst} to {sameLast}");

        output.WriteLine($"{whole} floats without checkpoints, {bounded} with");

        // What stays whole is x, y and dx; what the cells keep is that of two parts.
        Assert.True(
            bounded < whole / 4 && bounded < Long * (Units + 4) * 2,
            $"checkpointed {bounded} floats, whole {whole}");
    }

    [Fact]
    public void CheckpointSteps_Negative_IsRefused()
    {
        ArgumentOutOfRangeException thrown = Assert.Throws<ArgumentOutOfRangeException>(
            () => new Lstm(4, options: new RecurrentOptions { CheckpointSteps = -1 }));

        Assert.Contains("at least 0", thrown.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(0.4f, 0, 0, false)]
    [InlineData(0, 0.4f, 0, true)]
    [InlineData(0, 0, 0.4f, false)]
    public void Checkpointed_MasksOfASequence_AreThoseOfTheWholeRun(
        float dropout, float recurrent, float weight, bool lengths)
    {
        TestDevice.SkipOptionsOnCuda();
        RecurrentOptions options = new()
        {
            Dropout = dropout, RecurrentDropout = recurrent, WeightDropout = weight,
        };

        Run wanted = RunOf(Make(options), lengths);
        Run got = RunOf(Make(options with { CheckpointSteps = 4 }), lengths);

        Assert.Equal(wanted.Output, got.Output);
        Assert.Equal(wanted.Hidden, got.Hidden);
        Assert.Equal(wanted.Dx, got.Dx);
        Numbers.AssertClose([.. wanted.Dweights.Select(v => (double)v)], got.Dweights, 1e-5);

        Lstm Make(RecurrentOptions own) =>
            new(Input, Hidden, 2, seed: 1, device: _device, options: own);
    }

    [Fact]
    public void CheckpointSteps_WithDropoutThatPartsCannotHave_AreRefused()
    {
        Check(true, 0, new RecurrentOptions { CheckpointSteps = 3, ZoneoutHidden = 0.1f }, "ZoneoutHidden = 0.1");
        Check(true, 0, new RecurrentOptions { CheckpointSteps = 3, Dropout = 0.2f }, "bidirectional");
        Check(false, 0.5f, new RecurrentOptions { CheckpointSteps = 3, Dropout = 0.2f }, "dropout is 0.5");
        Check(
            false, 0, new RecurrentOptions { CheckpointSteps = 3, ZoneoutCell = 0.1f, WeightDropout = 0.2f },
            "WeightDropout = 0.2");

        void Check(bool both, float dropout, RecurrentOptions options, string words)
        {
            ArgumentException thrown = Assert.Throws<ArgumentException>(() => new Lstm(
                Input, Hidden, 2, dropout: dropout, bidirectional: both, device: _device, options: options));
            Assert.Equal("options.CheckpointSteps", thrown.ParamName);
            Assert.Contains("options.CheckpointSteps is 3", thrown.Message, StringComparison.Ordinal);
            Assert.Contains(words, thrown.Message, StringComparison.Ordinal);
        }
    }

    private RecurrentLayer Make(RnnCell cell, int layers, bool both, int? part)
    {
        RecurrentOptions options = new() { CheckpointSteps = part };
        return cell switch
        {
            RnnCell.Lstm => new Lstm(
                Input, Hidden, layers, bidirectional: both, seed: 1, device: _device,
                options: options),
            RnnCell.Gru => new Gru(
                Input, Hidden, layers, bidirectional: both, seed: 1, device: _device,
                options: options),
            RnnCell.RnnTanh => new SimpleRnn(
                Input, Hidden, layers, bidirectional: both, seed: 1, device: _device,
                options: options),
            _ => new SimpleRnn(
                Input, Hidden, layers, Activation.Relu, bidirectional: both, seed: 1,
                device: _device, options: options),
        };
    }

    private Run RunOf(RecurrentLayer layer, bool withLengths)
    {
        Tensor x = Numbers.Tensor(_device, 2, Steps, Batch, Input).RequireGradient();
        int rows = layer.NumLayers * (layer.Bidirectional ? 2 : 1);
        Tensor h0 = Numbers.Tensor(_device, 3, rows, Batch, Hidden).RequireGradient();
        Tensor? c0 = layer is Lstm ? Numbers.Tensor(_device, 4, rows, Batch, Hidden) : null;
        Tensor? lengths = withLengths ? Tensor.From([7, Steps, 0], [Batch], _device) : null;
        using GradientTape tape = _device.Record();
        RecurrentOutput run = layer.Run(x, new RecurrentState(h0, c0), lengths);
        Tensor loss = GradientCheck.WeightedSum(run.Output, _device)
            + GradientCheck.WeightedSum(run.State.Hidden, _device);
        tape.Backward(loss);
        return new Run(
            run.Output.ToArray(),
            run.State.Hidden.ToArray(),
            run.State.Cell?.ToArray() ?? [],
            x.Gradient!.ToArray(),
            h0.Gradient!.ToArray(),
            layer.Parameters().First().Gradient.ToArray());
    }

    private sealed record Run(
        float[] Output, float[] Hidden, float[] Cell, float[] Dx, float[] Dh0, float[] Dweights);
}
