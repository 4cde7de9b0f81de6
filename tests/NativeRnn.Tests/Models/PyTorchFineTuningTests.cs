using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Formats.PyTorch;
using NativeRnn.Training;

namespace NativeRnn.Tests.Models;

/// <summary>Training goes on from PyTorch's weights as it does in PyTorch.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class PyTorchFineTuningTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Regression_OnMeanSquaredError_FollowsPyTorchsLosses() => Check(
        "regression",
        new RegressionModel(_device),
        new MeanSquaredError(),
        TorchFiles.Expected.Tensor(_device, "regression.x", 3, 5, 2),
        TorchFiles.Expected.Tensor(_device, "regression.target", 3, 5, 1));

    [Fact]
    public void Classifier_OnCrossEntropy_FollowsPyTorchsLosses() => Check(
        "classifier",
        new ClassifierModel(_device),
        new CrossEntropyLoss(),
        Tensor.From(TorchFiles.Expected.Integers("classifier.x"), [4, 6], _device),
        Tensor.From(TorchFiles.Expected.Integers("classifier.target"), [4], _device));

    private void Check(string name, Module model, Loss loss, Tensor x, Tensor target)
    {
        model.LoadPyTorch(TorchFiles.PathOf(name));
        Adam optimizer = new(model.Parameters(), learningRate: 0.01f);
        double[] wanted = TorchFiles.Expected[$"{name}.losses"];
        Assert.Equal(10, wanted.Length);

        float[] output = model.Forward(x).ToArray();
        Assert.All(output, (value, index) => Assert.Equal(
            TorchFiles.Expected[$"{name}.y"][index], value, tolerance: 1e-5));
        foreach (double value in wanted)
        {
            using GradientTape tape = _device.Record();
            Tensor got = loss.Evaluate(model.Forward(x), target);
            tape.Backward(got);
            optimizer.Step();

            Assert.Equal(value, got.Item(), tolerance: 1e-4 * value);
        }

        Assert.True(wanted[^1] < wanted[0]);
    }
}
