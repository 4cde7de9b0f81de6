using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Layers;

public sealed class SequenceMaskTests : IDisposable
{
    private const int Batch = 4;
    private const int Steps = 6;
    private const int Input = 3;
    private const int Hidden = 5;

    // At the end, at the start, in between, nowhere.
    private static readonly bool[,] Valid =
    {
        { true, true, false, false, false, false },
        { false, false, true, true, true, true },
        { true, false, true, true, false, true },
        { true, true, true, true, true, true },
    };

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<string> Layers() =>
        ["lstm", "gru", "rnn", "lstm both", "gru stacked both", "cell", "wrapper", "wrapped cell"];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_UnderAMask_GivesTheBitsOfEachRowAlone(string which)
    {
        Tensor x = Input3(1);
        Module layer = Make(which, sequences: true, _device);
        Module lastOnly = Make(which, sequences: false, _device);

        MaskedTensor got = layer.ForwardMasked(x, SequenceMask.From(Valid));
        MaskedTensor last = lastOnly.ForwardMasked(x, SequenceMask.From(Valid));

        Assert.NotNull(got.Mask);
        Assert.Null(last.Mask);
        for (int row = 0; row < Batch; row++)
        {
            int[] steps = StepsOf(row);
            Tensor alone = Tensor.Concat([.. steps.Select(step => x[row..(row + 1), step..(step + 1)])], 1);
            float[] wanted = layer.Forward(alone).ToArray();
            int width = wanted.Length / steps.Length;
            for (int step = 0; step < Steps; step++)
            {
                int at = Array.IndexOf(steps, step);
                Assert.Equal(
                    at < 0 ? new float[width] : wanted[(at * width)..((at + 1) * width)],
                    got.Output[row, step].ToArray());
            }

            Assert.Equal(lastOnly.Forward(alone).ToArray(), last.Output[row].ToArray());
        }
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru stacked both")]
    [InlineData("wrapped cell")]
    public void Layer_UnderAMask_HasTheGradientsOfTheDifferences(string which)
    {
        Tensor x = Input3(2).RequireGradient();
        Module layer = Make(which, sequences: true, _device);
        layer.Forward(x);

        GradientCheck.Run(
            _device,
            () => 0.2f * GradientCheck.WeightedSum(
                layer.ForwardMasked(x, SequenceMask.From(Valid)).Output, _device),
            [x, .. GradientCheck.ParametersOf(layer)]);
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru stacked both")]
    [InlineData("wrapped cell")]
    public void Padding_WhateverItHolds_ChangesNoGradient(string which)
    {
        Module layer = Make(which, sequences: true, _device);
        float[] x = Numbers.Uniform(Batch * Steps * Input, 3);
        float[] other = [.. x.Select((value, at) => IsValid(at / Input) ? value : 1e6f)];

        (float[] dx, float[] dweights) = GradientsOf(layer, x);
        (float[] otherDx, float[] otherDweights) = GradientsOf(layer, other);

        Assert.Equal(dx, otherDx);
        Assert.Equal(dweights, otherDweights);
        Assert.All(
            dx.Where((_, at) => !IsValid(at / Input)), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Masking_MarksStepsOfTheMaskValueOnly()
    {
        Tensor x = Tensor.From(
            [1f, 0, 2, 2, 0, 0, 2, 2, 2, 0, 2, 2], [2, 3, 2], _device);

        SequenceMask mask = new Masking(2).MaskOf(x);

        Assert.Equal([2, 1], mask.Lengths);
        Assert.True(mask[0, 0] && !mask[0, 1] && mask[0, 2]);
        Assert.True(!mask[1, 0] && mask[1, 1] && !mask[1, 2]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(float.NaN)]
    public void Masking_PutsZerosAtStepsThatDontCount(float value)
    {
        Tensor x = Tensor.From([1f, value, value, value, 3, 4], [1, 3, 2], _device);
        Masking layer = new(value);

        Assert.Equal([1, value, 0, 0, 3, 4], layer.Forward(x).ToArray());
        Assert.Equal([1, value, 0, 0, 3, 4], layer.ForwardMasked(x, null).Output.ToArray());
    }

    [Fact]
    public void Sequential_CarriesTheMask_FromMaskingToTheLastRecurrentLayer()
    {
        float[] values = Numbers.Uniform(Batch * Steps * Input, 4);
        float[] padded = [.. values.Select((value, at) => IsValid(at / Input) ? value : 0)];
        Tensor x = Tensor.From(padded, [Batch, Steps, Input], _device);
        Lstm first = new(Hidden, returnSequences: true, seed: 1);
        Dense dense = new(4, Activation.Tanh, seed: 2);
        Gru second = new(Hidden, seed: 3);

        Sequential model = new(new Masking(), first, new Dropout(0.5f), dense, second);
        model.SetTraining(false);

        Tensor got = model.Forward(x);

        for (int row = 0; row < Batch; row++)
        {
            Tensor alone = Tensor.Concat(
                [.. StepsOf(row).Select(step => x[row..(row + 1), step..(step + 1)])], 1);
            Assert.Equal(
                second.Forward(dense.Forward(first.Forward(alone))).ToArray(),
                got[row].ToArray());
        }
    }

    [Fact]
    public void Embedding_WithMaskZero_MasksIndexZero()
    {
        Tensor tokens = Tensor.From([3, 1, 0, 0, 2, 2, 2, 0], [2, 4], _device);
        Embedding table = new(5, Input, seed: 1, device: _device, maskZero: true);
        Gru layer = new(Hidden, seed: 2);

        Tensor got = new Sequential(table, layer).Forward(tokens);

        Assert.Equal(
            layer.Forward(table.Forward(Tensor.From([3, 1], [1, 2], _device))).ToArray(),
            got[0].ToArray());
        Assert.Equal(
            layer.Forward(table.Forward(Tensor.From([2, 2, 2], [1, 3], _device))).ToArray(),
            got[1].ToArray());
        Assert.Null(
            new Embedding(5, Input, device: _device).ForwardMasked(tokens, null).Mask);
    }

    [Fact]
    public void TimeDistributed_RunsOnlyTheStepsThatCount()
    {
        Tensor x = Input3(5);
        CountingModule counter = new();
        TimeDistributed layer = new(counter);

        Tensor all = layer.Forward(x);
        int rowsOfAll = counter.Rows;
        MaskedTensor got = layer.ForwardMasked(x, SequenceMask.From(Valid));

        Assert.Equal(Batch * Steps, rowsOfAll);
        Assert.Equal(CountOfValid, counter.Rows - rowsOfAll);
        for (int place = 0; place < Batch * Steps; place++)
        {
            float[] wanted = all[place / Steps, place % Steps].ToArray();
            Assert.Equal(
                IsValid(place) ? wanted : new float[wanted.Length],
                got.Output[place / Steps, place % Steps].ToArray());
        }
    }

    [Fact]
    public void TimeDistributed_Gradients_AreTheDifferences()
    {
        Tensor x = Input3(6).RequireGradient();
        TimeDistributed layer = new(new Linear(Input, 2, seed: 1, device: _device));

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(
                layer.ForwardMasked(x, SequenceMask.From(Valid)).Output, _device),
            [x, .. GradientCheck.ParametersOf(layer)]);
        x.Gradient!.Fill(0);
        layer.ZeroGrad();
        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(x), _device),
            [x, .. GradientCheck.ParametersOf(layer)]);
    }

    [Fact]
    public void FitAndEvaluate_DontCountMaskedSteps()
    {
        Tensor x = Tensor.From(
            [1f, 2, 9, 9, 3, 9, 9, 9], [2, 4, 1], _device);
        Tensor y = Tensor.From([0f, 0, 100, 100, 0, 100, 100, 100], [2, 4, 1], _device);
        Sequential model = new(
            new Masking(9), new Dense(1, bias: false, kernelInitializer: Initializer.Ones));
        model.Compile(new MeanSquaredError(), new Sgd(0), new MeanAbsoluteErrorMetric());

        Evaluation got = model.Evaluate(x, y);
        History history = model.Fit(x, y);

        Assert.Equal((1 + 4 + 9) / 3.0, got.Loss, 1e-6);
        Assert.Equal(2, got.Metrics["mae"], 1e-6);
        Assert.Equal((1 + 4 + 9) / 3.0, history.Losses[0], 1e-6);
        Assert.Equal(2, history.Epochs[0].Training.Metrics["mae"], 1e-6);
    }

    [Fact]
    public void Fit_OfClassNumbersUnderAMask_LearnsTheOthers()
    {
        int[] tokens = [.. Numbers.Uniform(32 * 5, 1).Select(value => value > 0.3f ? 1 : value > -0.6f ? 2 : 0)];
        Tensor x = Tensor.From(tokens, [32, 5], _device);
        Tensor y = Tensor.From([.. tokens.Select(token => Math.Max(0, token - 1))], [32, 5], _device);
        Sequential model = new(
            new Embedding(3, 4, seed: 1, device: _device, maskZero: true),
            new Gru(8, returnSequences: true, seed: 2),
            new Dense(2, seed: 3));
        model.Compile(new CrossEntropyLoss(), new Adam(0.05f), new AccuracyMetric());

        History history = model.Fit(x, y, epochs: 20, batchSize: 8);

        Assert.Equal(1, history.Epochs[^1].Training.Metrics["accuracy"]);
    }

    [Fact]
    public void WrongCalls_NameWhatIsWrong()
    {
        SequenceMask mask = SequenceMask.From(Valid);
        Tensor x = Tensor.Zeros([2, Steps, Input], _device);

        Check(() => new Lstm(2).ForwardMasked(x, mask), "mask is of 4 sequences of 6 steps");
        Check(() => new TimeDistributed(new Dense(2)).ForwardMasked(x, mask), "[4, 6]");
        Check(() => new Rnn(new GatedSumCell(Input, 2, 1, _device)).ForwardMasked(x, mask), "mask is");
        Check(() => new Bidirectional(new Gru(2)).ForwardMasked(x, mask), "mask is");
        Check(() => new Masking().Forward(Tensor.Zeros([2, 3], _device)), "[B,T,..]");
        Check(() => SequenceMask.FromLengths(3, 1, 4), "0 to 3, one is 4");
        Check(() => SequenceMask.FromLengths(0, 1), "steps");
        Check(() => SequenceMask.FromLengths(3), "no lengths");
        Check(() => SequenceMask.From(new bool[0, 3]), "at least one step");
        Check(() => mask.And(SequenceMask.FromLengths(3, 1)), "[1,3]");
        Check(() => mask[0, 6], "step");
        Check(() => mask[4, 0], "row");
        Lstm backwards = new(Input, 2, device: _device, options: new RecurrentOptions { GoBackwards = true });
        Check(
            () => backwards.Forward(x, null, Tensor.From(new int[2], _device)).Output, "[6]");
    }

    private static int CountOfValid => Valid.Cast<bool>().Count(valid => valid);

    private static bool IsValid(int place) => Valid[place / Steps, place % Steps];

    private static int[] StepsOf(int row) =>
        [.. Enumerable.Range(0, Steps).Where(step => Valid[row, step])];

    private static void Check(Func<object> call, string words)
    {
        ArgumentException thrown = Assert.ThrowsAny<ArgumentException>(call);
        Assert.Contains(words, thrown.Message, StringComparison.Ordinal);
    }

    private static Module Make(string which, bool sequences, Device device) => which switch
    {
        "lstm" => new Lstm(Hidden, sequences, seed: 1),
        "gru" => new Gru(Hidden, sequences, seed: 1),
        "rnn" => new SimpleRnn(Hidden, sequences, seed: 1),
        "lstm both" => new Lstm(Hidden, sequences, bidirectional: true, seed: 1),
        "gru stacked both" when sequences => new Gru(
            Input, 4, 2, batchFirst: true, bidirectional: true, seed: 1, device: device),
        "gru stacked both" => new Gru(Hidden, bidirectional: true, seed: 1),
        "cell" => new Rnn(new GatedSumCell(Input, Hidden, 1, device), sequences),
        "wrapper" => new Bidirectional(new Lstm(Hidden, sequences, seed: 1), MergeMode.Sum),
        _ => new Bidirectional(
            new Rnn(new GatedSumCell(Input, Hidden, 1, device), sequences), seed: 2),
    };

    private (float[] Dx, float[] Dweights) GradientsOf(Module layer, float[] values)
    {
        Tensor x = Tensor.From(values, [Batch, Steps, Input], _device).RequireGradient();
        layer.Forward(x);
        layer.ZeroGrad();
        using GradientTape tape = _device.Record();
        tape.Backward(GradientCheck.WeightedSum(
            layer.ForwardMasked(x, SequenceMask.From(Valid)).Output, _device));
        return (
            x.Gradient!.ToArray(),
            [.. layer.Parameters().SelectMany(parameter => parameter.Gradient.ToArray())]);
    }

    private Tensor Input3(int seed) => Numbers.Tensor(_device, seed, Batch, Steps, Input);

    private sealed class CountingModule : Module
    {
        public int Rows { get; private set; }

        public override Tensor Forward(Tensor input)
        {
            Rows += input.Shape[0];
            return input.Tanh() + 1;
        }
    }
}
