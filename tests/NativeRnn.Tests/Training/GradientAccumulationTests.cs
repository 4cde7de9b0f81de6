using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>Gradients of several batches added up make the step of one large batch.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class GradientAccumulationTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    // The last step has fewer batches, the last batch fewer rows.
    [Theory]
    [InlineData(12, 3, 4)]
    [InlineData(11, 2, 3)]
    [InlineData(7, 4, 8)]
    public void Fit_AccumulatingBatches_TakesTheStepsOfLargeBatches(int rows, int batch, int accumulate)
    {
        float[] wanted = Fit(rows, batch * accumulate, 1, out long steps);
        float[] got = Fit(rows, batch, accumulate, out long accumulatedSteps);

        Numbers.AssertClose([.. wanted.Select(value => (double)value)], got, 1e-5);
        Assert.Equal(steps, accumulatedSteps);
    }

    [Fact]
    public void OwnLoop_OfScaledLosses_TakesTheStepOfALargeBatch()
    {
        Linear model = new(3, 1, seed: 1, device: _device);
        Linear other = new(3, 1, seed: 1, device: _device);
        float[] x = Numbers.Uniform(24, 1);
        float[] y = Numbers.Uniform(8, 2);
        Run(model, x, y, parts: 1);
        Run(other, x, y, parts: 4);

        Numbers.AssertClose(
            [.. model.Parameters().First().Value.ToArray().Select(value => (double)value)],
            other.Parameters().First().Value.ToArray(),
            1e-6);
    }

    [Theory]
    [InlineData(0, 0f, "AccumulateSteps")]
    [InlineData(1, -1f, "ClipValue")]
    [InlineData(1, float.NaN, "ClipValue")]
    public void Fit_OfOptionsOutOfRange_Refuses(int accumulate, float clip, string name)
    {
        using Tensor x = Numbers.Tensor(_device, 1, 4, 2);
        Sequential model = new(new Dense(2));
        model.Compile(new MeanSquaredError(), new Sgd());
        FitOptions options = new() { AccumulateSteps = accumulate, ClipValue = clip };

        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(
            () => model.Fit(x, x, options: options)).ParamName);
    }

    private static void Run(Linear model, float[] x, float[] y, int parts)
    {
        Device device = model.Parameters().First().Value.Device;
        Sgd optimizer = new(model.Parameters(), 0.1f);
        MeanSquaredError criterion = new();
        int rows = y.Length / parts;
        for (int part = 0; part < parts; part++)
        {
            using Tensor input = Tensor.From(x.AsSpan(part * rows * 3, rows * 3), [rows, 3], device);
            using Tensor target = Tensor.From(y.AsSpan(part * rows, rows), [rows, 1], device);
            using GradientTape tape = device.Record();
            tape.Backward(criterion.Evaluate(model.Forward(input), target) * (1f / parts));
        }

        optimizer.Step();
    }

    private float[] Fit(int rows, int batch, int accumulate, out long steps)
    {
        using Tensor x = Numbers.Tensor(_device, 1, rows, 3);
        using Tensor y = Numbers.Tensor(_device, 2, rows, 2);
        Linear layer = new(3, 2, seed: 5, device: _device);
        Sequential model = new(layer);
        Sgd optimizer = new(0.1f, momentum: 0.5f);
        model.Compile(new MeanSquaredError(), optimizer);
        model.Fit(x, y, epochs: 3, batch, new FitOptions { AccumulateSteps = accumulate, ClipNorm = 0.5f });
        steps = optimizer.Steps;
        return layer.Parameters().First().Value.ToArray();
    }
}
