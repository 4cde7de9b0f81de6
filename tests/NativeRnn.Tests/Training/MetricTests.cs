using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class MetricTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Accuracy_OfClassNumbers_LeavesNegativeOnesOut()
    {
        AccuracyMetric metric = new();
        Tensor predictions = Tensor.From([1f, 2, 3, 2, 3, 1, 0, 9, 1], [3, 3], _device);

        metric.Update(predictions, Tensor.From([2, -1, 0], [3], _device));

        Assert.Equal(0.5, metric.Result);
        metric.Reset();
        metric.Update(predictions, Tensor.From([2, 1, 1], [3], _device));
        Assert.Equal(1, metric.Result);
    }

    [Fact]
    public void Accuracy_OfOneHotRows_ComparesTheLargest()
    {
        AccuracyMetric metric = new();

        metric.Update(
            Tensor.From([0.1f, 0.9f, 0.8f, 0.2f], [2, 2], _device),
            Tensor.From([0f, 1f, 0f, 1f], [2, 2], _device));

        Assert.Equal(0.5, metric.Result);
    }

    [Fact]
    public void Accuracy_OfOneLogit_IsYesAbove0()
    {
        AccuracyMetric metric = new();

        metric.Update(
            Tensor.From([0.1f, -0.9f, 0.8f, -0.2f], [4, 1], _device),
            Tensor.From([1f, 0f, 0f, 0f], [4, 1], _device));

        Assert.Equal(0.75, metric.Result);
    }

    [Fact]
    public void MeanAbsoluteError_IsTheMeanOverAllUpdates()
    {
        MeanAbsoluteErrorMetric metric = new();

        metric.Update(
            Tensor.From([1f, 2f], [2], _device), Tensor.From([0f, 4f], [2], _device));
        metric.Update(Tensor.From([5f], [1], _device), Tensor.From([5f], [1], _device));

        Assert.Equal(1, metric.Result);
    }
}
