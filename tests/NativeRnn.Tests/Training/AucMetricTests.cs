using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

public sealed class AucMetricTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    /// <summary>Yes at 0.8 and 0.35, no at 0.1 and 0.4: three of four pairs are in order.</summary>
    [Fact]
    public void Auc_OfFourAnswers_IsThePartOfPairsInOrder()
    {
        AucMetric metric = new();

        metric.Update(
            Tensor.From([0.1f, 0.4f, 0.35f, 0.8f], [4], _device),
            Tensor.From([0f, 0, 1, 1], [4], _device));

        Assert.Equal("auc", metric.Name);
        Assert.Equal(0.75, metric.Result);
    }

    [Theory]
    [InlineData(1, 40, 5)]
    [InlineData(2, 70, 1000)]
    [InlineData(3, 65, 2)]
    public void Auc_WithTiesAndWeights_IsThatOfAllPairs(int seed, int count, int levels)
    {
        Random random = new(seed);
        float[] scores = [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(levels))];
        int[] targets = [.. Enumerable.Range(0, count).Select(_ => random.Next(3) - 1)];
        float[] weights = [.. Enumerable.Range(0, count).Select(_ => random.Next(4) / 2f)];
        AucMetric metric = new();

        // In batches of 1, 2, 3, …
        for (int start = 0, size = 1; start < count; start += size++)
        {
            int[] shape = [Math.Min(size, count - start)];
            Range range = start..(start + shape[0]);
            metric.Update(
                Tensor.From(scores.AsSpan(range), shape, _device),
                Tensor.From(targets.AsSpan(range), shape, _device),
                Tensor.From(weights.AsSpan(range), shape, _device));
        }

        (double pairs, double success) = (0, 0);
        foreach (int yes in Enumerable.Range(0, count).Where(index => targets[index] == 1))
        {
            foreach (int no in Enumerable.Range(0, count).Where(index => targets[index] == 0))
            {
                double weight = (double)weights[yes] * weights[no];
                pairs += weight;
                success += weight * (Math.Sign(scores[yes] - scores[no]) + 1) / 2;
            }
        }

        Assert.Equal(success / pairs, metric.Result, 1e-12);
    }

    [Fact]
    public void Auc_WithoutYesOrWithoutNo_IsNotANumber()
    {
        AucMetric metric = new();
        Assert.True(double.IsNaN(metric.Result));

        metric.Update(Tensor.Ones([2, 1], _device), Tensor.Ones([2, 1], _device));
        Assert.True(double.IsNaN(metric.Result));

        metric.Update(Tensor.Zeros([2, 1], _device), Tensor.Zeros([2, 1], _device));
        Assert.Equal(1, metric.Result);
        metric.Reset();
        Assert.True(double.IsNaN(metric.Result));
    }

    [Fact]
    public void Auc_OfScoresThatHaveNoRank_RefusesTheWholeBatch()
    {
        AucMetric metric = new();
        Tensor yes = Tensor.From([1f, 0], [2], _device);
        metric.Update(Tensor.From([2f, 1], [2], _device), yes);

        ClassLossTests.Refuses("predictions", "NaN at 1", () =>
        {
            metric.Update(Tensor.From([-5f, float.NaN], [2], _device), yes);
            return metric;
        });
        ClassLossTests.Refuses("predictions", "3 scores", () =>
        {
            metric.Update(Tensor.Ones([2, 3], _device), Tensor.Ones([2, 3], _device));
            return metric;
        });

        Assert.Equal(1, metric.Result);
    }
}
