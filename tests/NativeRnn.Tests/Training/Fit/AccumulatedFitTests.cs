using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

/// <summary>Gradients of several batches in one step, from data sets and batches of one's own.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class AccumulatedFitTests : IDisposable
{
    private const int Rows = 11;

    private readonly Device _device = TestDevice.Open();
    private readonly Tensor _x;
    private readonly Tensor _y;

    public AccumulatedFitTests() =>
        (_x, _y) = (Numbers.Tensor(_device, 1, Rows, 4, 2), Numbers.Tensor(_device, 2, Rows, 1));

    public void Dispose() => _device.Dispose();

    // The last step has two batches, the last of one row.
    [Fact]
    public void Fit_OfADataset_TakesTheStepsOfLargeBatches()
    {
        (Sequential large, Sgd wanted) = Model();
        (Sequential small, Sgd got) = Model();

        large.Fit(Dataset.FromTensors(_x, _y).Batch(6), 3, device: _device);
        small.Fit(
            Dataset.FromTensors(_x, _y).Batch(2).Prefetch(), 3,
            new FitOptions { AccumulateSteps = 3 }, _device);

        AssertSame(large, small);
        Assert.Equal(wanted.Steps, got.Steps);
        Assert.Equal(6, got.Steps);
    }

    // Nobody knows, in the first epoch, how many there are, and they differ in size.
    [Fact]
    public void Fit_OfBatches_WeighsEachByItsRows()
    {
        (Sequential large, Sgd wanted) = Model();
        (Sequential small, Sgd got) = Model();

        large.Fit(Batches(0, 6, 11).ToList(), 3);
        small.Fit(Batches(0, 1, 4, 6, 8, 11), 3, new FitOptions { AccumulateSteps = 3 });

        AssertSame(large, small);
        Assert.Equal(wanted.Steps, got.Steps);
    }

    [Fact]
    public void SkipNonFinite_DropsTheBatchesThatWaitWithIt()
    {
        (Sequential skipping, Sgd skipped) = Model();
        (Sequential without, _) = Model();
        Batch bad = new(Tensor.Full([1, 4, 2], float.NaN, _device), _y[..1]);
        FitOptions options = new() { AccumulateSteps = 2, SkipNonFinite = true };

        Batch[] batches = [.. Batches(0, 3, 6, 9)];
        History history = skipping.Fit([batches[0], bad, batches[1], batches[2]], 2, options);
        without.Fit([batches[1], batches[2]], 2, options);

        Assert.Equal(2, history.SkippedBatches);
        Assert.Equal(2, skipped.Steps);
        Assert.Equal(Weights(without), Weights(skipping));
    }

    [Fact]
    public void WeightAverage_FollowsSteps_NotBatches()
    {
        (Sequential model, Sgd optimizer) = Model();
        ExponentialMovingAverage average = new(model, 0.5f);

        model.Fit(_x, _y, 2, 2, new FitOptions { AccumulateSteps = 4, WeightAverage = average });

        Assert.Equal(4, optimizer.Steps);
        Assert.Equal(4, average.Updates);
    }

    [Fact]
    public void Losses_OfFitAndEvaluate_HaveThePenalty()
    {
        (Sequential model, _) = Model();
        model.Build([1, 4, 2], device: _device);
        double plain = model.Evaluate(_x, _y).Loss;
        model.Parameters().First().Regularizer = new L2(0.5f);

        double fitted = model.Fit(_x, _y, 1, Rows).Losses[0];

        Assert.True(fitted > plain + 0.1, $"{fitted} is not above {plain}");
        Assert.Equal(model.Evaluate(_x, _y).Loss, model.Evaluate(Dataset.FromTensors(_x, _y).Batch(Rows)).Loss, 1e-6);
    }

    private static (Sequential Model, Sgd Optimizer) Model()
    {
        Sequential model = new(new Gru(3, seed: 1), new Dense(1, seed: 2));
        Sgd optimizer = new(0.1f, momentum: 0.5f);
        model.Compile(new MeanSquaredError(), optimizer);
        return (model, optimizer);
    }

    private static float[] Weights(Module model) =>
        [.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())];

    private static void AssertSame(Module wanted, Module got) => Numbers.AssertClose(
        [.. Weights(wanted).Select(value => (double)value)], Weights(got), 1e-5);

    private IEnumerable<Batch> Batches(params int[] bounds) => bounds.Zip(
        bounds.Skip(1), (start, end) => new Batch(_x[start..end], _y[start..end]));
}
