using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Layers;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class PoolingTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(2, 2, TimePadding.Valid)]
    [InlineData(3, 1, TimePadding.Valid)]
    [InlineData(3, 2, TimePadding.Same)]
    [InlineData(2, 3, TimePadding.Same)]
    [InlineData(4, 3, TimePadding.Causal)]
    [InlineData(1, 2, TimePadding.Valid)]
    public void Pools_AreTheMaximumAndTheMeanOfTheSteps(int size, int stride, TimePadding padding)
    {
        const int Steps = 7;
        float[] x = Numbers.Uniform(2 * Steps * 3, 1);
        Tensor input = Tensor.From(x, [2, Steps, 3], _device);
        List<double> greatest = [], means = [];
        int starts = padding == TimePadding.Valid ? Steps - size + 1 : Steps;
        int count = (starts + stride - 1) / stride;
        int left = padding switch
        {
            TimePadding.Causal => size - 1,
            TimePadding.Same => Math.Max(((count - 1) * stride) + size - Steps, 0) / 2,
            _ => 0,
        };
        for (int at = 0; at < 2 * count * 3; at++)
        {
            (int b, int t, int c) = (at / 3 / count, at / 3 % count, at % 3);
            double[] window =
            [
                .. Enumerable.Range((t * stride) - left, size)
                    .Where(step => step is >= 0 and < Steps)
                    .Select(step => (double)x[(((b * Steps) + step) * 3) + c]),
            ];
            greatest.Add(window.Max());
            means.Add(window.Average());
        }

        Tensor max = new MaxPool1d(size, stride, padding).Forward(input);
        Tensor mean = new AveragePool1d(size, stride, padding).Forward(input);

        Assert.Equal([2, count, 3], max.Shape.ToArray());
        Numbers.AssertClose(greatest, max.ToArray(), 0);
        Numbers.AssertClose(means, mean.ToArray(), 1e-6);
    }

    [Fact]
    public void GlobalPools_TakeTheValidSteps()
    {
        Tensor x = Tensor.From([-1f, -5, -2, 9, 4, 6], [2, 3, 1], _device);
        Tensor lengths = Tensor.From([2, 3], [2], _device);

        Assert.Equal([-1f, 9], new GlobalMaxPool1d().Forward(x).ToArray());
        Assert.Equal([-1f, 9], new GlobalMaxPool1d().Forward(x, lengths).ToArray());
        Numbers.AssertClose([-8.0 / 3, 19.0 / 3], new GlobalAveragePool1d().Forward(x).ToArray(), 1e-6);
        Numbers.AssertClose(
            [-3, 19.0 / 3], new GlobalAveragePool1d().Forward(x, lengths).ToArray(), 1e-6);
    }

    [Fact]
    public void GlobalPools_IgnoreWhatStandsBehindALength()
    {
        Tensor x = Tensor.From([1f, 2, float.NaN, 3, float.NaN, 8], [2, 3, 1], _device);
        Tensor lengths = Tensor.From([2, 1], [2], _device), none = Tensor.From([0, 1], [2], _device);

        Assert.Equal([2f, 3], new GlobalMaxPool1d().Forward(x, lengths).ToArray());
        Assert.Equal([1.5f, 3], new GlobalAveragePool1d().Forward(x, lengths).ToArray());
        Assert.Equal([0f, 3], new GlobalAveragePool1d().Forward(x, none).ToArray());
        Assert.Throws<ArgumentException>(() => new GlobalMaxPool1d().Forward(x, none));
    }

    [Theory]
    [InlineData("max")]
    [InlineData("average")]
    [InlineData("global max")]
    [InlineData("global average")]
    public void Gradients_AreTheDifferences(string which)
    {
        // Far enough from each other that a difference does not change which is the greatest.
        float[] values = [.. Enumerable.Range(0, 24).Select(k => ((k * 7 % 24) - 12) * 0.1f)];
        Tensor x = Tensor.From(values, [2, 4, 3], _device).RequireGradient();
        Tensor lengths = Tensor.From([3, 4], [2], _device);

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(
                which switch
                {
                    "max" => new MaxPool1d(3, 2, TimePadding.Same).Forward(x),
                    "average" => new AveragePool1d(3, 1, TimePadding.Same).Forward(x),
                    "global max" => new GlobalMaxPool1d().Forward(x, lengths),
                    _ => new GlobalAveragePool1d().Forward(x, lengths),
                },
                _device),
            x);
    }

    [Fact]
    public void Convolutions_InASequential_LearnWhereAStepStands()
    {
        // A rise in the first half or in the second; the tone around it says nothing.
        const int Rows = 64, Steps = 12;
        float[] x = Numbers.Uniform(Rows * Steps, 1);
        int[] y = [.. Enumerable.Range(0, Rows).Select(row => row % 2)];
        for (int row = 0; row < Rows; row++)
        {
            x[(row * Steps) + (y[row] * 6) + (row % 5)] += 4;
        }

        Sequential model = new(
            new Conv1d(8, 3, TimePadding.Same, activation: Activation.Relu, seed: 1),
            new MaxPool1d(3),
            new Flatten(),
            new Dense(2, seed: 2));
        model.Compile(new CrossEntropyLoss(), new Adam(1e-2f), new AccuracyMetric());
        Tensor inputs = Tensor.From(x, [Rows, Steps, 1], _device), labels = Tensor.From(y, [Rows], _device);

        model.Fit(inputs, labels, epochs: 40, batchSize: 16);

        Assert.True(model.Evaluate(inputs, labels).Metrics["accuracy"] > 0.95);
        Assert.Contains("Conv1d", model.Summary(), StringComparison.Ordinal);
    }

    [Fact]
    public void WrongInput_SaysWhatAndHow()
    {
        string message = Assert.Throws<ArgumentException>(
            () => new MaxPool1d(4).Forward(Numbers.Tensor(_device, 1, 1, 3, 2))).Message;
        Assert.Contains("3 steps", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(
            () => new GlobalMaxPool1d().Forward(Numbers.Tensor(_device, 1, 3, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AveragePool1d(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaxPool1d(2, 0));
        message = Assert.Throws<ArgumentException>(() => new GlobalAveragePool1d().Forward(
            Numbers.Tensor(_device, 1, 1, 3, 2), Tensor.From([4], [1], _device))).Message;
        Assert.Contains("lengths[0] is 4", message, StringComparison.Ordinal);
    }
}
