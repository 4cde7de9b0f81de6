using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>Metrics of predicted numbers, and what holds for all metrics.</summary>
public sealed class NumberMetricTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    /// <summary>
    /// Errors 1, -2, 2, 0 of targets 1, 2, 4, 5: mean target 3, squares of the distances to it 10.
    /// </summary>
    [Theory]
    [InlineData("mae", 5 / 4d)]
    [InlineData("rmse", 1.5)]
    [InlineData("mape", 100 * (1 + 1 + 0.5) / 4)]
    [InlineData("r2", 1 - (9 / 10d))]
    public void MetricOfNumbers_IsTheHandWorkedOne(string which, double wanted)
    {
        Metric metric = Make(which);
        Assert.Equal(0, metric.Result);
        Tensor x = Tensor.From([2f, 0, 6, 5], [4], _device);
        Tensor y = Tensor.From([1f, 2, 4, 5], [4, 1], _device);

        metric.Update(x, y);

        Assert.Equal(which, metric.Name);
        Assert.Equal(wanted, metric.Result, 1e-14);
        metric.Reset();
        metric.Update(x.Reshape(2, 2, 1), y.Reshape(2, 2, 1));
        Assert.Equal(wanted, metric.Result, 1e-14);
    }

    /// <summary>Weights 2, 1, 0, 1: the third sample is not there, and the first is there twice.</summary>
    [Theory]
    [InlineData("mae")]
    [InlineData("rmse")]
    [InlineData("mape")]
    [InlineData("r2")]
    [InlineData("accuracy")]
    [InlineData("precision")]
    [InlineData("recall")]
    [InlineData("f1")]
    [InlineData("auc")]
    public void Metric_WithWeights_IsThatOfRepeatedSamples(string which)
    {
        Metric weighted = Make(which);
        Metric repeated = Make(which);

        weighted.Update(
            Tensor.From([0.2f, 0.9f, 6, -0.3f], [4, 1], _device),
            Tensor.From([0.7f, 0.2f, 0.1f, 0.9f], [4, 1], _device),
            Tensor.From([2f, 1, 0, 1], [4], _device));
        repeated.Update(
            Tensor.From([0.2f, 0.2f, 0.9f, -0.3f], [4, 1], _device),
            Tensor.From([0.7f, 0.7f, 0.2f, 0.9f], [4, 1], _device));

        Assert.Equal(repeated.Result, weighted.Result, 1e-12);
    }

    [Theory]
    [InlineData("mae")]
    [InlineData("rmse")]
    [InlineData("mape")]
    [InlineData("r2")]
    [InlineData("accuracy")]
    [InlineData("top")]
    [InlineData("precision")]
    [InlineData("recall")]
    [InlineData("f1")]
    [InlineData("perplexity")]
    [InlineData("auc")]
    public void Metric_WithOtherBatches_IsTheSame(string which)
    {
        int columns = which == "auc" ? 1 : 3;
        float[] x = Numbers.Uniform(60 * columns, 1);
        float[] y = Numbers.Uniform(60 * columns, 2);
        float[] weights = [.. Numbers.Uniform(60, 3).Select(MathF.Abs)];
        double[] results = new double[3];
        foreach ((int split, int at) in ((int[])[60, 7, 1]).Select((size, at) => (size, at)))
        {
            Metric metric = Make(which);
            for (int start = 0; start < 60; start += split)
            {
                int end = Math.Min(60, start + split);
                Range cells = (start * columns)..(end * columns);
                metric.Update(
                    Tensor.From(x.AsSpan(cells), [end - start, columns], _device),
                    Tensor.From(y.AsSpan(cells), [end - start, columns], _device),
                    Tensor.From(weights.AsSpan(start..end), [end - start], _device));
            }

            results[at] = metric.Result;
        }

        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void Mape_OfTarget0_DividesByKerasEpsilon()
    {
        MeanAbsolutePercentageErrorMetric metric = new();

        metric.Update(Tensor.Ones([1], _device), Tensor.Zeros([1], _device));

        Assert.Equal(1e9, metric.Result, 1);
    }

    [Fact]
    public void R2_OfColumns_IsTheirMean()
    {
        R2Metric metric = new();

        // Column 0 is perfect, column 1 as good as the mean, column 2 constant and wrong.
        metric.Update(
            Tensor.From([1f, 2, 5, 3, 2, 4], [2, 3], _device),
            Tensor.From([1f, 1, 5, 3, 3, 5], [2, 3], _device));

        Assert.Equal(1 / 3d, metric.Result, 1e-15);
    }

    [Fact]
    public void R2_FarFromZero_DoesNotCancel()
    {
        R2Metric metric = new();
        const float far = 1 << 22;

        metric.Update(
            Tensor.From([far + 1, far + 2, far + 4], [3], _device),
            Tensor.From([far + 1, far + 2, far + 3], [3], _device));

        Assert.Equal(0.5, metric.Result, 1e-9);
    }

    [Fact]
    public void Metric_WithBadArguments_Refuses()
    {
        Tensor x = Numbers.Tensor(_device, 1, 4, 3);
        Refuses("targets", "[4, 2]", new R2Metric(), x, Tensor.Ones([4, 2], _device), null);
        Refuses("weights", "[3]", new AccuracyMetric(), x, x, Tensor.Ones([3], _device));
        Refuses(
            "weights", "-1 at 0", new RootMeanSquaredErrorMetric(), x, x, Tensor.Full([4], -1, _device));
        Refuses("targets", "floats", new MeanAbsoluteErrorMetric(), x, Tensor.From([1], _device), null);
    }

    [Fact]
    public void MetricOfOnesOwn_WithoutWeights_SaysSo()
    {
        Counting metric = new();
        Tensor x = Tensor.Ones([2], _device);

        metric.Update(x, x, null);
        NotSupportedException thrown =
            Assert.Throws<NotSupportedException>(() => metric.Update(x, x, x));

        Assert.Equal(1, metric.Result);
        Assert.Contains("counting", thrown.Message, StringComparison.Ordinal);
    }

    private static void Refuses(
        string argument, string word, Metric metric, Tensor x, Tensor y, Tensor? weights) =>
        ClassLossTests.Refuses(argument, word, () =>
        {
            metric.Update(x, y, weights);
            return metric;
        });

    private static Metric Make(string which) => which switch
    {
        "mae" => new MeanAbsoluteErrorMetric(),
        "rmse" => new RootMeanSquaredErrorMetric(),
        "mape" => new MeanAbsolutePercentageErrorMetric(),
        "r2" => new R2Metric(),
        "accuracy" => new AccuracyMetric(),
        "top" => new TopKAccuracyMetric(2),
        "precision" => new PrecisionMetric(),
        "recall" => new RecallMetric(),
        "f1" => new F1Metric(),
        "perplexity" => new PerplexityMetric(),
        _ => new AucMetric(),
    };

    private sealed class Counting : Metric
    {
        private int _count;

        public override string Name => "counting";

        public override double Result => _count;

        public override void Reset() => _count = 0;

        public override void Update(Tensor predictions, Tensor targets) => _count++;
    }
}
