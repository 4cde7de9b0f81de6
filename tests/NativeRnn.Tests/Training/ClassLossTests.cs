using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>Losses of distributions over classes.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class ClassLossTests : IDisposable
{
    private const int Rows = 6;
    private const int Classes = 5;

    private static readonly int[] Numbered = [0, 3, -1, 4, 2, -1];

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(true, 0f)]
    [InlineData(true, 0.3f)]
    [InlineData(false, 0f)]
    [InlineData(false, 0.3f)]
    public void SparseCategorical_WithIgnoredRows_IsTheMeanOfTheOthers(bool fromLogits, float smoothing)
    {
        SparseCategoricalCrossEntropy loss = new(fromLogits, ignoreIndex: -1, smoothing);
        Tensor x = Predictions(fromLogits, [2, 3, Classes]);
        Tensor targets = Tensor.From(Numbered, [2, 3], _device);

        LossCheck.Run(_device, () => loss.Evaluate(x, targets), x, values =>
        {
            double sum = 0;
            foreach (int row in Enumerable.Range(0, Rows).Where(row => Numbered[row] >= 0))
            {
                double[] logs = Logs(values, row, fromLogits);
                sum -= ((1 - smoothing) * logs[Numbered[row]]) + (smoothing * logs.Average());
            }

            return sum / 4;
        });
    }

    [Theory]
    [InlineData(true, 0.3f)]
    [InlineData(false, 0.3f)]
    [InlineData(true, 1f)]
    public void Categorical_WithSmoothing_IsThatOfSmoothedTargets(bool fromLogits, float smoothing)
    {
        float[] targets = LossCheck.Distributions(Rows, Classes, 2);
        CategoricalCrossEntropy loss = new(fromLogits, smoothing);
        Tensor x = Predictions(fromLogits, [Rows, Classes]);
        Tensor y = Tensor.From(targets, [Rows, Classes], _device);

        LossCheck.Run(_device, () => loss.Evaluate(x, y), x, values => -Enumerable
            .Range(0, targets.Length)
            .Sum(at => (((1 - smoothing) * targets[at]) + (smoothing / Classes))
                * Logs(values, at / Classes, fromLogits)[at % Classes]) / Rows);
    }

    [Fact]
    public void Categorical_OfOneHotRows_IsSparseCategorical()
    {
        Tensor x = Numbers.Tensor(_device, 3, 3, Classes);
        Tensor numbers = Tensor.From([4, 0, 2], [3], _device);
        float[] rows = new float[15];
        (rows[4], rows[5], rows[12]) = (1, 1, 1);
        Tensor oneHot = Tensor.From(rows, [3, Classes], _device);

        Assert.Equal(
            new SparseCategoricalCrossEntropy(labelSmoothing: 0.1f).Evaluate(x, numbers).Item(),
            new CategoricalCrossEntropy(labelSmoothing: 0.1f).Evaluate(x, oneHot).Item(),
            1e-6);
    }

    [Fact]
    public void NegativeLogLikelihood_OfLogSoftmax_IsCrossEntropy()
    {
        Tensor logits = Numbers.Tensor(_device, 5, 2, 3, Classes).RequireGradient();
        Tensor targets = Tensor.From(Numbered, [2, 3], _device);
        NegativeLogLikelihood loss = new(ignoreIndex: -1);

        LossCheck.Run(
            _device, () => loss.Evaluate(logits.LogSoftmax(), targets), logits,
            values => -Enumerable.Range(0, Rows)
                .Where(row => Numbered[row] >= 0)
                .Average(row => Logs(values, row, true)[Numbered[row]]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void KullbackLeibler_IsTheMeanOfTheRowsDivergences(bool fromLogits)
    {
        float[] targets = LossCheck.Distributions(Rows, Classes, 6);
        (targets[0], targets[1]) = (0, targets[0] + targets[1]);
        KullbackLeibler loss = new(fromLogits);
        Tensor x = Predictions(fromLogits, [2, 3, Classes]);
        Tensor y = Tensor.From(targets, [2, 3, Classes], _device);

        LossCheck.Run(_device, () => loss.Evaluate(x, y), x, values => Enumerable
            .Range(0, targets.Length)
            .Where(at => targets[at] > 0)
            .Sum(at => targets[at] * (Math.Log(targets[at])
                - Logs(values, at / Classes, fromLogits)[at % Classes])) / Rows);
        Assert.Equal([2, 3], loss.EvaluateEach(x, y).Shape.ToArray());
    }

    [Fact]
    public void KullbackLeibler_OfEqualDistributions_Is0()
    {
        Tensor y = Tensor.From(LossCheck.Distributions(2, 4, 7), [2, 4], _device);

        Assert.Equal(0, new KullbackLeibler(false).Evaluate(y, y).Item(), 1e-6);
        Assert.Equal(0, new KullbackLeibler().Evaluate(y.Log(), y).Item(), 1e-6);
    }

    [Theory]
    [InlineData("sparse")]
    [InlineData("categorical")]
    [InlineData("kl")]
    [InlineData("cross-entropy")]
    public void LossOfLogits_At1000_IsExact(string which)
    {
        Tensor x = Tensor.From([1000f, -1000, 0, -1000, 1000, 0], [2, 3], _device).RequireGradient();
        Tensor numbers = Tensor.From([0, 0], [2], _device);
        Tensor oneHot = Tensor.From([1f, 0, 0, 1, 0, 0], [2, 3], _device);
        using GradientTape tape = _device.Record();

        Tensor loss = which switch
        {
            "sparse" => new SparseCategoricalCrossEntropy().Evaluate(x, numbers),
            "categorical" => new CategoricalCrossEntropy().Evaluate(x, oneHot),
            "kl" => new KullbackLeibler().Evaluate(x, oneHot),
            _ => new CrossEntropyLoss().Evaluate(x, numbers),
        };
        tape.Backward(loss);

        Assert.Equal(1000, loss.Item());
        Assert.Equal([0, 0, 0, -0.5f, 0.5f, 0], x.Gradient!.ToArray());
    }

    [Fact]
    public void LossOfProbabilities_Of0_IsThatOfKerasEpsilon()
    {
        Tensor x = Tensor.From([0f, 1], [1, 2], _device);
        Tensor number = Tensor.From([0], [1], _device);
        Tensor oneHot = Tensor.From([1f, 0], [1, 2], _device);
        float wanted = -MathF.Log(1e-7f);

        Assert.Equal(wanted, new SparseCategoricalCrossEntropy(false).Evaluate(x, number).Item(), 1e-5f);
        Assert.Equal(wanted, new KullbackLeibler(false).Evaluate(x, oneHot).Item(), 1e-5f);
        Assert.Equal(
            wanted, new BinaryCrossEntropy(false).Evaluate(x, oneHot).Item(), 1e-4f);
    }

    [Fact]
    public void Targets_ThatDontFit_AreRefusedByName()
    {
        Tensor x = Numbers.Tensor(_device, 8, 2, 3);
        Tensor floats = Numbers.Tensor(_device, 8, 2);
        Tensor numbers = Tensor.From([0, 3], [2], _device);
        Tensor three = Tensor.From([0, 1, 2], [3], _device);

        Refuses("targets", "int32", () => new SparseCategoricalCrossEntropy().Evaluate(x, floats));
        Refuses("targets", "[3]", () => new SparseCategoricalCrossEntropy(false).Evaluate(x, three));
        Refuses("targets", "class 3", () => new NegativeLogLikelihood().Evaluate(x, numbers));
        Refuses("targets", "[2]", () => new KullbackLeibler().Evaluate(x, floats));
        Refuses("targets", "floats", () => new CategoricalCrossEntropy().Evaluate(x, numbers));
        Refuses("labelSmoothing", "1.5", () => new CategoricalCrossEntropy(true, 1.5f));
        Refuses("ignoreIndex", "0", () => new SparseCategoricalCrossEntropy(true, 0));
    }

    /// <summary>Checks that an argument is refused by its name, and what the message says.</summary>
    internal static void Refuses(string argument, string word, Func<object> action)
    {
        ArgumentException thrown = Assert.ThrowsAny<ArgumentException>(action);
        Assert.Equal(argument, thrown.ParamName);
        Assert.Contains(word, thrown.Message, StringComparison.Ordinal);
    }

    private Tensor Predictions(bool fromLogits, int[] shape) => (fromLogits
        ? Numbers.Tensor(_device, 1, shape)
        : Tensor.From(LossCheck.Distributions(Rows, Classes, 1), shape, _device)).RequireGradient();

    private static double[] Logs(IReadOnlyList<double> values, int row, bool fromLogits) => fromLogits
        ? LossCheck.LogSoftmax(values, row, Classes)
        : [.. values.Skip(row * Classes).Take(Classes).Select(value => Math.Log(value))];
}
