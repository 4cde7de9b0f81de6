using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>Metrics of classes and of yes-or-no answers.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class ClassMetricTests : IDisposable
{
    // Answers 0 1 1 2 0 1 for the classes 0 1 2 2 1 0.
    private static readonly float[] Scores =
    [
        3, 1, 2,
        0, 5, 1,
        1.5f, 2, 1,
        -1, -2, 0,
        9, 8, 7,
        1, 2, 0,
    ];

    private static readonly int[] Numbered = [0, 1, 2, 2, 1, 0];

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    /// <summary>
    /// Right, answered, wanted: class 0 is 1, 2, 2; class 1 is 1, 3, 2; class 2 is 1, 1, 2.
    /// </summary>
    [Theory]
    [InlineData("precision", ClassAverage.Macro, ((1 / 2d) + (1 / 3d) + 1) / 3)]
    [InlineData("recall", ClassAverage.Macro, 0.5)]
    [InlineData("f1", ClassAverage.Macro, ((2 / 4d) + (2 / 5d) + (2 / 3d)) / 3)]
    [InlineData("precision", ClassAverage.Micro, 0.5)]
    [InlineData("recall", ClassAverage.Micro, 0.5)]
    [InlineData("f1", ClassAverage.Micro, 0.5)]
    public void MetricOfClasses_IsAveraged(string which, ClassAverage average, double wanted)
    {
        Metric metric = Make(which, 0, average);

        metric.Update(From(Scores, 2, 3, 3), Tensor.From(Numbered, [2, 3], _device));

        Assert.Equal(which, metric.Name);
        Assert.Equal(wanted, metric.Result, 1e-15);
        metric.Reset();
        Assert.Equal(0, metric.Result);
        metric.Update(From(Scores, 6, 3), OneHot(Numbered, 3));
        Assert.Equal(wanted, metric.Result, 1e-15);
    }

    [Fact]
    public void MacroAverage_LeavesOutClassesThatDontOccur()
    {
        PrecisionMetric metric = new();

        metric.Update(From([9f, 0, 0, 0, 9, 0], 2, 3), Tensor.From([0, 0], [2], _device));

        Assert.Equal(0.5, metric.Result);
    }

    /// <summary>Yes for 0.7, 0.9 and 0.6 of which two are right; three are wanted.</summary>
    [Theory]
    [InlineData("accuracy", 3 / 5d)]
    [InlineData("precision", 2 / 3d)]
    [InlineData("recall", 2 / 3d)]
    [InlineData("f1", 2 / 3d)]
    public void MetricOfYesOrNo_TakesEachShape(string which, double wanted)
    {
        float[] scores = [0.7f, 0.2f, 0.9f, 0.6f, 0.1f];
        float[] targets = [1, 1, 1, 0, 0];
        int[] numbers = [1, 1, 1, 0, 0];
        Tensor[] predictions = [From(scores, 5), From(scores, 5, 1), From(scores, 1, 5, 1)];
        foreach (Tensor prediction in predictions)
        {
            bool sequence = prediction.Rank == 3;
            Tensor[] wants =
            [
                Tensor.From(targets, prediction.Shape, _device),
                Tensor.From(numbers, prediction.Shape, _device),
                sequence ? From(targets, 1, 5) : From(targets, 5),
                Tensor.From(numbers, sequence ? [1, 5] : [5], _device),
            ];
            foreach (Tensor want in wants)
            {
                Metric metric = Make(which, 0.5f, ClassAverage.Macro);
                metric.Update(prediction, want);
                Assert.Equal(wanted, metric.Result, 1e-15);
            }
        }
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(2, 5 / 6d)]
    [InlineData(3, 1)]
    public void TopK_IsThePartOfRowsWithTheirClassAmongK(int k, double wanted)
    {
        TopKAccuracyMetric metric = new(k);

        metric.Update(From(Scores, 6, 3), Tensor.From(Numbered, [6], _device));

        Assert.Equal($"top_{k}_accuracy", metric.Name);
        Assert.Equal(wanted, metric.Result, 1e-15);
    }

    [Fact]
    public void TopK_OfEqualScores_TakesTheLowerClasses()
    {
        TopKAccuracyMetric metric = new(2);

        metric.Update(Tensor.Ones([4, 4], _device), Tensor.From([0, 1, 2, 3], [4], _device));

        Assert.Equal(0.5, metric.Result);
    }

    [Fact]
    public void Perplexity_IsEToTheMeanOfMinusLogP()
    {
        PerplexityMetric metric = new();
        double mean = -Numbered.Select((number, row) =>
            LossCheck.LogSoftmax([.. Scores.Select(score => (double)score)], row, 3)[number]).Average();

        metric.Update(From(Scores, 2, 3, 3), Tensor.From(Numbered, [2, 3], _device));

        Assert.Equal(Math.Exp(mean), metric.Result, 1e-12);
        metric.Reset();
        metric.Update(Tensor.Zeros([2, 7], _device), Tensor.From([6, 0], [2], _device));
        Assert.Equal(7, metric.Result, 1e-12);
    }

    [Fact]
    public void Perplexity_OfProbabilities_IsOneOverTheirGeometricMean()
    {
        PerplexityMetric metric = new(fromLogits: false);

        metric.Update(From([0.5f, 0.5f, 0.125f, 0.875f], 2, 2), Tensor.From([0, 0], [2], _device));

        Assert.Equal(4, metric.Result, 1e-12);
        metric.Update(From([0, 1f], 1, 2), Tensor.From([0], [1], _device));
        Assert.Equal(double.PositiveInfinity, metric.Result);
    }

    [Fact]
    public void Perplexity_AtLogitsOf1000_IsFinite()
    {
        PerplexityMetric metric = new();

        metric.Update(From([1000f, -1000, 1000, -1000], 2, 2), Tensor.From([0, 0], [2], _device));

        Assert.Equal(1, metric.Result);
    }

    [Theory]
    [InlineData("accuracy")]
    [InlineData("top")]
    [InlineData("perplexity")]
    public void TokenMetric_LeavesIgnoredAndNegativeTargetsOut(string which)
    {
        Metric ignoring = which switch
        {
            "accuracy" => new AccuracyMetric(ignoreIndex: 0),
            "top" => new TopKAccuracyMetric(2, ignoreIndex: 0),
            _ => new PerplexityMetric(ignoreIndex: 0),
        };
        Metric plain = which switch
        {
            "accuracy" => new AccuracyMetric(),
            "top" => new TopKAccuracyMetric(2),
            _ => new PerplexityMetric(),
        };

        ignoring.Update(From(Scores, 6, 3), Tensor.From([0, 1, -1, 2, 1, 0], [6], _device));
        plain.Update(
            From([.. Scores[3..6], .. Scores[9..15]], 3, 3), Tensor.From([1, 2, 1], [3], _device));

        Assert.Equal(plain.Result, ignoring.Result, 1e-15);
    }

    [Fact]
    public void Targets_ThatDontFit_AreRefusedByName()
    {
        Tensor x = Numbers.Tensor(_device, 1, 4, 3);
        Tensor four = Tensor.From([0, 1, 2, 0], [4], _device);

        Refuses("targets", "[3]", new AccuracyMetric(), x, Tensor.From([0, 1, 2], [3], _device));
        Refuses("targets", "class 3", new F1Metric(), x, Tensor.From([0, 1, 3, 0], [4], _device));
        Refuses("targets", "[4, 2]", new RecallMetric(), x, Tensor.Ones([4, 2], _device));
        Refuses("predictions", "Int32", new PrecisionMetric(), four, four);
        Refuses("predictions", "at least 4", new TopKAccuracyMetric(4), x, four);
        Refuses("predictions", "1 score", new PerplexityMetric(), Tensor.Ones([4], _device), Tensor.Ones([4], _device));
        ClassLossTests.Refuses("k", "0", () => new TopKAccuracyMetric(0));
        ClassLossTests.Refuses("average", "Macro", () => new F1Metric(0, (ClassAverage)7));
        F1Metric metric = new();
        metric.Update(x, four);
        ArgumentException thrown = Assert.Throws<ArgumentException>(
            () => metric.Update(Numbers.Tensor(_device, 1, 4, 5), four));
        Assert.Contains("5 scores a row", thrown.Message, StringComparison.Ordinal);
    }

    private static void Refuses(string argument, string word, Metric metric, Tensor x, Tensor y) =>
        ClassLossTests.Refuses(argument, word, () =>
        {
            metric.Update(x, y);
            return metric;
        });

    private static Metric Make(string which, float threshold, ClassAverage average) => which switch
    {
        "accuracy" => new AccuracyMetric(threshold),
        "precision" => new PrecisionMetric(threshold, average),
        "recall" => new RecallMetric(threshold, average),
        _ => new F1Metric(threshold, average),
    };

    private Tensor From(float[] values, params int[] shape) => Tensor.From(values, shape, _device);

    private Tensor OneHot(int[] numbers, int classes)
    {
        float[] rows = new float[numbers.Length * classes];
        for (int row = 0; row < numbers.Length; row++)
        {
            rows[(row * classes) + numbers[row]] = 1;
        }

        return From(rows, numbers.Length, classes);
    }
}
