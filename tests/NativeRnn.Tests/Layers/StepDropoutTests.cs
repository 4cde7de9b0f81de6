using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class StepDropoutTests : IDisposable
{
    private const int Batch = 8;
    private const int Steps = 50;
    private const int Width = 3;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Forward_InTraining_DropsWholeSteps_AndScalesTheOthers()
    {
        using Tensor x = Numbers.Tensor(_device, 1, Batch, Steps, Width);
        StepDropout layer = new(0.25f, seed: 1);

        float[] values = x.ToArray(), first = layer.Forward(x).ToArray(), second = layer.Forward(x).ToArray();

        int dropped = 0;
        for (int step = 0; step < Batch * Steps; step++)
        {
            float[] got = first[(step * Width)..((step + 1) * Width)];
            bool isDropped = got.All(value => value == 0);
            dropped += isDropped ? 1 : 0;
            Numbers.AssertClose(
                [.. values[(step * Width)..((step + 1) * Width)].Select(value => isDropped ? 0 : value / 0.75)], got, 1e-6);
        }

        // 100 of 400 with a deviation of 8.7.
        Assert.InRange(dropped, 60, 140);
        Assert.NotEqual(first, second);
        Assert.Equal(first, new StepDropout(0.25f, seed: 1).Forward(x).ToArray());
    }

    [Fact]
    public void Forward_InEvaluation_GivesTheInput()
    {
        using Tensor x = Numbers.Tensor(_device, 1, 2, 3, 4);
        StepDropout layer = new(0.25f);
        layer.SetTraining(false);

        Assert.Same(x, layer.Forward(x));
    }

    [Fact]
    public void Gradient_HasTheMaskOfTheForward()
    {
        Parameter x = new("x", Numbers.Tensor(_device, 1, Batch, Steps, Width));
        using GradientTape tape = _device.Record();

        Tensor y = new StepDropout(0.25f, seed: 1).Forward(x.Value);
        tape.Backward(y.Sum());

        float[] inputs = x.Value.ToArray();
        Numbers.AssertClose(
            [.. y.ToArray().Zip(inputs, (output, input) => (double)output / input)], x.Gradient.ToArray(), 1e-5);
    }

    [Fact]
    public void WrongCalls_AreNamed()
    {
        using Tensor flat = Numbers.Tensor(_device, 1, 2, 3);

        Assert.Throws<ArgumentException>("input", () => new StepDropout(0.5f).Forward(flat));
        Assert.Throws<ArgumentOutOfRangeException>("rate", () => new StepDropout(1));
    }
}
