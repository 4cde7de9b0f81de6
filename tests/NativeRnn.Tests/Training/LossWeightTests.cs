using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>Weights of samples, masks and reductions.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class LossWeightTests : IDisposable
{
    private const int Batch = 3;
    private const int Steps = 2;

    private static readonly float[] SampleWeights = [0.5f, 0, 2];
    private static readonly float[] StepWeights = [0.5f, 1, 0, 2, 3, 0.25f];
    private static readonly float[] Mask = [1, 0, 1, 1, 0, 0];

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<Reduction, bool, bool> Cases()
    {
        TheoryData<Reduction, bool, bool> cases = [];
        foreach (Reduction reduction in (Reduction[])[Reduction.Mean, Reduction.WeightedMean, Reduction.Sum])
        {
            cases.Add(reduction, false, false);
            cases.Add(reduction, true, false);
            cases.Add(reduction, false, true);
            cases.Add(reduction, true, true);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Evaluate_WithWeights_IsTheReductionOfWeightedLosses(
        Reduction reduction, bool ofSteps, bool masked)
    {
        MeanSquaredError loss = new() { Reduction = reduction };
        float[] targets = Numbers.Uniform(Batch * Steps * 2, 2);
        Tensor x = Numbers.Tensor(_device, 1, Batch, Steps, 2).RequireGradient();
        Tensor y = Tensor.From(targets, [Batch, Steps, 2], _device);
        Tensor weights = ofSteps
            ? Tensor.From(StepWeights, [Batch, Steps], _device)
            : Tensor.From(SampleWeights, [Batch], _device);
        Tensor? mask = masked ? Tensor.From(Mask, [Batch, Steps], _device) : null;

        LossCheck.Run(_device, () => loss.Evaluate(x, y, weights, mask), x, values =>
        {
            (double sum, double total, double count) = (0, 0, 0);
            for (int at = 0; at < values.Count; at++)
            {
                int step = at / 2;
                double counts = masked ? Mask[step] : 1;
                double weight = counts * (ofSteps ? StepWeights[step] : SampleWeights[step / Steps]);
                sum += weight * Math.Pow(values[at] - targets[at], 2);
                (total, count) = (total + weight, count + counts);
            }

            return reduction switch
            {
                Reduction.Mean => sum / count,
                Reduction.WeightedMean => sum / total,
                _ => sum,
            };
        });
    }

    public static TheoryData<string> AllLosses() =>
        ["mse", "mae", "huber", "logcosh", "binary", "quantile", "categorical", "kl", "sparse", "nll", "ce"];

    /// <summary>What PyTorch and Keras users rely on: weights 1 change nothing, a sample of weight 0 is not there.
    /// </summary>
    [Theory]
    [MemberData(nameof(AllLosses))]
    public void Evaluate_WithWeights_AgreesWithFewerSamples(string which)
    {
        Loss loss = Make(which, Reduction.Mean);
        Loss weighted = Make(which, Reduction.WeightedMean);
        (Tensor x, Tensor y) = Data(which, [0, 1, 2, 3]);
        (Tensor fewX, Tensor fewY) = Data(which, [0, 2]);
        Tensor ones = Tensor.Ones([4], _device);
        Tensor some = Tensor.From([1f, 0, 1, 0], [4], _device);

        float all = loss.Evaluate(x, y).Item();
        float few = loss.Evaluate(fewX, fewY).Item();

        Assert.Equal(all, loss.Evaluate(x, y, null).Item());
        Assert.Equal(all, loss.Evaluate(x, y, ones).Item(), 1e-6f);
        Assert.Equal(few, loss.Evaluate(x, y, null, some).Item(), 1e-6f);
        Assert.Equal(few, weighted.Evaluate(x, y, some).Item(), 1e-6f);
        Assert.Equal(few / 2, loss.Evaluate(x, y, some).Item(), 1e-6f);
        Assert.Equal(4, loss.EvaluateEach(x, y).Shape[0]);
    }

    [Theory]
    [MemberData(nameof(AllLosses))]
    public void Evaluate_Unreduced_AddsUpToTheSum(string which)
    {
        (Tensor x, Tensor y) = Data(which, [0, 1, 2, 3]);
        Tensor weights = Tensor.From([1f, 2, 0, 0.5f], [4], _device);
        Tensor each = Make(which, Reduction.None).Evaluate(x, y, weights);

        Assert.Equal(each.Shape.ToArray(), Make(which, Reduction.None).Evaluate(x, y).Shape.ToArray());
        Assert.Equal(
            Make(which, Reduction.Sum).Evaluate(x, y, weights).Item(), each.ToArray().Sum(), 1e-5f);
        Assert.Equal(
            Make(which, Reduction.Sum).Evaluate(x, y).Item(),
            Make(which, Reduction.None).Evaluate(x, y).ToArray().Sum(), 1e-5f);
    }

    [Fact]
    public void CrossEntropy_WithIgnoredTargetsAndWeights_CountsWhatIsLeft()
    {
        Tensor x = Numbers.Tensor(_device, 4, Batch, Steps, 4).RequireGradient();
        int[] targets = [0, -1, 3, 2, -1, 1];
        Tensor y = Tensor.From(targets, [Batch, Steps], _device);
        Tensor weights = Tensor.From(StepWeights, [Batch, Steps], _device);
        Tensor mask = Tensor.From([1f, 1, 1, 0, 1, 1], [Batch, Steps], _device);
        CrossEntropyLoss loss = new(ignoreIndex: -1);

        // Rows 0, 2 and 5 are left.
        LossCheck.Run(_device, () => loss.Evaluate(x, y, weights, mask), x, values =>
            -new[] { 0, 2, 5 }.Sum(row =>
                StepWeights[row] * LossCheck.LogSoftmax(values, row, 4)[targets[row]]) / 3);
    }

    [Theory]
    [InlineData(Reduction.Mean)]
    [InlineData(Reduction.WeightedMean)]
    public void Evaluate_WhereNothingCounts_Is0(Reduction reduction)
    {
        MeanAbsoluteError loss = new() { Reduction = reduction };
        Tensor x = Numbers.Tensor(_device, 4, 2, 2);
        Tensor y = Numbers.Tensor(_device, 5, 2, 2);
        Tensor zeros = Tensor.Zeros([2], _device);

        Assert.Equal(0, loss.Evaluate(x, y, zeros, zeros).Item());
        Assert.Equal(0, new CrossEntropyLoss(-1) { Reduction = reduction }
            .Evaluate(x, Tensor.From([-1, -1], [2], _device)).Item());
    }

    [Fact]
    public void Weights_ThatDontFit_AreRefusedByName()
    {
        MeanSquaredError loss = new();
        Tensor x = Numbers.Tensor(_device, 4, 3, 2);
        Tensor two = Tensor.Ones([2], _device);

        ClassLossTests.Refuses("weights", "[2]", () => loss.Evaluate(x, x, two));
        ClassLossTests.Refuses("mask", "[2]", () => loss.Evaluate(x, x, null, two));
        ClassLossTests.Refuses(
            "weights", "floats", () => loss.Evaluate(x, x, Tensor.From([1, 1, 1], [3], _device)));
        ClassLossTests.Refuses(
            "weights", "NaN at 1", () => loss.Evaluate(x, x, Tensor.From([1, float.NaN, 1], [3], _device)));
        MeanSquaredError weighted = new() { Reduction = Reduction.WeightedMean };
        ArgumentException thrown = Assert.Throws<ArgumentException>(
            () => weighted.Evaluate(x, x, Tensor.From([1f, -2, 0], [3], _device)));
        Assert.Contains("-2", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LossOfOnesOwn_ThatOverridesEach_TakesWeights()
    {
        Tensor x = Tensor.From([1f, 3], [2], _device);
        Tensor y = Tensor.From([0f, 0], [2], _device);

        Assert.Equal(41, new FourthPower().Evaluate(x, y).Item());
        Assert.Equal(81, new FourthPower().Evaluate(x, y, Tensor.From([0f, 2], [2], _device)).Item());
    }

    [Fact]
    public void LossOfOnesOwn_ThatOverridesEvaluate_TakesNoWeights()
    {
        Tensor x = Tensor.From([1f, 3], [2], _device);

        Assert.Equal(7, new Spread().Evaluate(x, x, null).Item());
        NotSupportedException thrown = Assert.Throws<NotSupportedException>(
            () => new Spread().Evaluate(x, x, Tensor.Ones([2], _device)));
        Assert.Contains("Spread", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ClassWeights_OfNumbers_AreThoseOfEachClass()
    {
        Dictionary<int, float> weights = new() { [0] = 2, [2] = 0.5f };
        Tensor numbers = Tensor.From([0, 1, 2, -1], [2, 2], _device);
        Tensor rows = Tensor.From([0f, 0.2f, 0.8f, 1, 0, 0], [2, 3], _device);
        Tensor yes = Tensor.From([0f, 1], [2, 1], _device);

        Assert.Equal([2, 1, 0.5f, 1], ClassWeights.Of(numbers, weights).ToArray());
        Assert.Equal([2, 2], ClassWeights.Of(numbers, weights).Shape.ToArray());
        Assert.Equal([0.5f, 2], ClassWeights.Of(rows, weights).ToArray());
        Assert.Equal([2, 1], ClassWeights.Of(yes, weights).ToArray());
        weights[1] = float.NaN;
        ClassLossTests.Refuses("weights", "class 1", () => ClassWeights.Of(yes, weights));
        ClassLossTests.Refuses(
            "targets", "axis", () => ClassWeights.Of(Tensor.Ones([], _device), new Dictionary<int, float>()));
    }

    [Fact]
    public void ClassWeights_Balanced_MakeClassesWeighTheSame()
    {
        Tensor numbers = Tensor.From([0, 0, 0, 2, 0, -1], [6], _device);

        IReadOnlyDictionary<int, float> weights = ClassWeights.Balanced(numbers);

        Assert.Equal([(0, 0.625f), (2, 2.5f)], weights.Select(pair => (pair.Key, pair.Value)).Order());
    }

    private static Loss Make(string which, Reduction reduction) => which switch
    {
        "mse" => new MeanSquaredError { Reduction = reduction },
        "mae" => new MeanAbsoluteError { Reduction = reduction },
        "huber" => new Huber(0.5f) { Reduction = reduction },
        "logcosh" => new LogCosh { Reduction = reduction },
        "binary" => new BinaryCrossEntropy { Reduction = reduction },
        "quantile" => new QuantileLoss(0.2f, 0.5f, 0.7f) { Reduction = reduction },
        "categorical" => new CategoricalCrossEntropy(true, 0.1f) { Reduction = reduction },
        "kl" => new KullbackLeibler { Reduction = reduction },
        "sparse" => new SparseCategoricalCrossEntropy { Reduction = reduction },
        "nll" => new NegativeLogLikelihood { Reduction = reduction },
        _ => new CrossEntropyLoss { Reduction = reduction },
    };

    private (Tensor X, Tensor Y) Data(string which, int[] rows)
    {
        float[] x = Numbers.Uniform(12, 11);
        float[] y = LossCheck.Distributions(4, 3, 12);
        Tensor predictions = Tensor.From(
            [.. rows.SelectMany(row => x[(3 * row)..((3 * row) + 3)])], [rows.Length, 3], _device);
        Tensor targets = which switch
        {
            "sparse" or "nll" or "ce" =>
                Tensor.From([.. rows.Select(row => row % 3)], [rows.Length], _device),
            "quantile" => Tensor.From([.. rows.Select(row => y[row])], [rows.Length], _device),
            _ => Tensor.From(
                [.. rows.SelectMany(row => y[(3 * row)..((3 * row) + 3)])], [rows.Length, 3], _device),
        };
        return (predictions, targets);
    }

    private sealed class FourthPower : Loss
    {
        public override Tensor EvaluateEach(Tensor predictions, Tensor targets) =>
            (predictions - targets).Square().Square();
    }

    private sealed class Spread : Loss
    {
        public override Tensor Evaluate(Tensor predictions, Tensor targets) =>
            Tensor.Full([], 7, predictions.Device);
    }
}
