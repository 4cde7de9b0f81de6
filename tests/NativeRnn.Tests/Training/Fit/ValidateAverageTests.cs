using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

/// <summary>Validation by the averages of the weights.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class ValidateAverageTests : IDisposable
{
    private const int Rows = 12;

    private readonly Device _device = TestDevice.Open();
    private readonly Tensor _x;
    private readonly Tensor _y;

    public ValidateAverageTests() =>
        (_x, _y) = (Numbers.Tensor(_device, 1, Rows, 4, 2), Numbers.Tensor(_device, 2, Rows, 1));

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Fit_JudgesTheAverages_AndGoesOnWithTheWeights()
    {
        Sequential plain = Model(), averaged = Model();
        ExponentialMovingAverage average = new(averaged, 0.8f);
        List<double> seen = [];
        Told told = new()
        {
            Any = (what, context) =>
            {
                if (what == "epoch")
                {
                    Assert.True(average.IsInUse);
                    seen.Add(context.Model.Evaluate(_x, _y, 4).Loss);
                }
            },
        };

        History without = plain.Fit(_x, _y, 3, 4, new FitOptions { ValidationData = (_x, _y) });
        History with = averaged.Fit(_x, _y, 3, 4, Options(average, told));

        Assert.Equal(without.Losses, with.Losses);
        Assert.Equal(Weights(plain), Weights(averaged));
        Assert.Equal(seen, with.Epochs.Select(epoch => epoch.Validation!.Loss));
        Assert.NotEqual(without.Epochs[^1].Validation!.Loss, with.Epochs[^1].Validation!.Loss);
        Assert.False(average.IsInUse);
    }

    [Fact]
    public void EarlyStopping_RestoresTheBestAverages()
    {
        Sequential model = Model();
        EarlyStopping early = new(patience: 2, restoreBestWeights: true);

        History history = model.Fit(_x, _y, 6, 4, Options(new ExponentialMovingAverage(model, 0.8f), early));

        Assert.Equal(history.Epochs.Min(epoch => epoch.Validation!.Loss), early.Best);
        Assert.Equal(early.Best, model.Evaluate(_x, _y, 4).Loss);
    }

    [Fact]
    public void Fit_AfterACallbackFailed_HasTheWeights()
    {
        Sequential model = Model();
        ExponentialMovingAverage average = new(model, 0.8f);
        Told told = new()
        {
            Any = (what, _) =>
            {
                if (what == "epoch")
                {
                    throw new TimeoutException();
                }
            },
        };

        Assert.Throws<TimeoutException>(() => model.Fit(_x, _y, 1, 4, Options(average, told)));

        Assert.False(average.IsInUse);
    }

    [Fact]
    public void ValidateAverage_WithoutAnAverage_IsRefused() => Assert.Contains(
        "WeightAverage",
        Assert.Throws<ArgumentException>(
            () => Model().Fit(_x, _y, options: new FitOptions { ValidateAverage = true })).Message,
        StringComparison.Ordinal);

    private FitOptions Options(ExponentialMovingAverage average, Callback callback) => new()
    {
        ValidationData = (_x, _y),
        WeightAverage = average,
        ValidateAverage = true,
        Callbacks = [callback],
    };

    private static Sequential Model()
    {
        Sequential model = new(new Gru(3, seed: 1), new Dense(1, seed: 2));
        model.Compile(new MeanSquaredError(), new Sgd(0.1f));
        return model;
    }

    private static float[] Weights(Module model) =>
        [.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())];
}
