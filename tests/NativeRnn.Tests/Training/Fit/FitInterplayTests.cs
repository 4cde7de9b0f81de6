using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Tests.Cli;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

/// <summary>What Fit, evaluations and callbacks must leave to each other as it was.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class FitInterplayTests : IDisposable
{
    private const int Rows = 12;

    private readonly Device _device = TestDevice.Open();
    private readonly TemporaryDirectory _directory = new();
    private readonly Tensor _x;
    private readonly Tensor _y;

    public FitInterplayTests()
    {
        _x = Numbers.Tensor(_device, 1, Rows, 4, 2);
        _y = Numbers.Tensor(_device, 2, Rows, 1);
    }

    public void Dispose()
    {
        _device.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Optimizer_OfAnotherModel_IsRefused()
    {
        Sequential other = Model();
        other.Build(_x.Shape, device: _device);
        Sgd optimizer = new(other.Parameters());
        Sequential model = Model();

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
            () => model.Compile(new MeanSquaredError(), optimizer));

        Assert.Contains("not this model's", exception.Message, StringComparison.Ordinal);
        other.Compile(new MeanSquaredError(), new Sgd(other.Layers[1].Parameters()));
        other.Fit(_x, _y);

        // One that another model binds after Compile.
        Sgd shared = new();
        model.Compile(new MeanSquaredError(), shared);
        other.Compile(new MeanSquaredError(), shared);
        other.Fit(_x, _y);
        Assert.Throws<InvalidOperationException>(() => model.Fit(_x, _y));
    }

    [Fact]
    public void AucMetric_OfManyScores_KeepsThemOutOfTheHeader()
    {
        const int Count = 5000;
        AucMetric metric = new();
        metric.Update(
            Numbers.Tensor(_device, 1, Count),
            Tensor.From([.. Enumerable.Range(0, Count).Select(row => row % 2)], [Count], _device),
            Tensor.From([.. Numbers.Uniform(Count, 2).Select(MathF.Abs)], [Count], _device));
        TrainingState state = new();
        metric.SaveState(state);
        Safetensors.Save(_directory.File("auc"), state.Tensors, state.Texts);

        TrainingState loaded = new();
        foreach ((string name, Tensor tensor) in Safetensors.Load(_directory.File("auc"), _device).Tensors)
        {
            loaded.Set(name, tensor);
        }

        AucMetric resumed = new();
        resumed.LoadState(loaded);
        Assert.Equal(metric.Result, resumed.Result);
        Assert.Empty(state.Texts);
    }

    [Fact]
    public void Validation_OfADatasetThatDropsItsLastBatch_TakesAllRows()
    {
        Dataset data = Dataset.FromTensors(_x, _y).Batch(5, dropLast: true);
        Sequential model = Model();

        History history = model.Fit(
            data, 1, new FitOptions { ValidationDataset = Dataset.FromTensors(_x, _y).Batch(50, dropLast: true) }, _device);

        Assert.Equal(model.Evaluate(_x, _y, 50).Loss, history.ValidationLosses[0]);
        Assert.Equal(model.Evaluate(_x, _y, 5).Loss, model.Evaluate(data).Loss);
        using DatasetFeed none = new(data.Batch(50, dropLast: true), _device);
        Assert.Throws<InvalidOperationException>(() => model.EvaluateOn(none));
    }

    [Fact]
    public void LearningRateFinder_OfAnOptimizerWithASchedule_TriesItsOwnRates()
    {
        ConstantSchedule schedule = new(0.25f);
        Sgd optimizer = new() { Schedule = schedule };
        Sequential model = Model();
        model.Compile(new MeanSquaredError(), optimizer);
        List<float> rates = [];
        LearningRateFinder finder = new(1e-4f, 1e-2f, steps: 5);
        Told record = new() { BatchEnd = context => rates.Add(context.Optimizer.LearningRate) };

        model.Fit(_x, _y, 5, Rows, new FitOptions { Callbacks = [record, finder] });

        Assert.Equal(finder.Curve.Select(point => point.LearningRate), rates);
        Assert.Equal(1e-4f, rates[0]);
        Assert.Same(schedule, optimizer.Schedule);
        Assert.Equal(0.25f, optimizer.LearningRate);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SkipNonFinite_OfStatefulLayers_CarriesOnFromTheBatchBefore(bool cell)
    {
        float[] bad = Numbers.Uniform(4 * 4 * 2, 3);
        bad[5] = float.NaN;
        Batch[] batches = [new(_x[..4], _y[..4]), new(Tensor.From(bad, [4, 4, 2], _device), _y[..4]), new(_x[4..8], _y[4..8])];
        Sequential Stateful()
        {
            Sequential model = new(
                cell ? new Rnn(new GruCell(2, 4, seed: 3, device: _device), stateful: true)
                    : new Lstm(4, stateful: true, seed: 1),
                new Dense(1, seed: 2));
            model.Compile(new MeanSquaredError(), new Adam());
            return model;
        }

        (Sequential skipping, Sequential without) = (Stateful(), Stateful());

        History history = skipping.Fit(batches, 2, new FitOptions { SkipNonFinite = true });
        without.Fit([batches[0], batches[2]], 2);

        Assert.Equal(2, history.SkippedBatches);
        Assert.Equal(Weights(without), Weights(skipping));
    }

    [Fact]
    public void Evaluate_ByACallback_LeavesTheEpochsMetrics()
    {
        Sequential wanted = Model();
        Sequential got = Model();
        Told evaluates = new() { Any = (what, _) => got.Evaluate(_x[..2], _y[..2]) };

        History plain = wanted.Fit(_x, _y, 2, 4);
        History history = got.Fit(_x, _y, 2, 4, new FitOptions { Callbacks = [evaluates] });

        Assert.Equal(
            plain.Epochs.Select(epoch => epoch.Training.Metrics["mae"]),
            history.Epochs.Select(epoch => epoch.Training.Metrics["mae"]));
    }

    [Fact]
    public void EarlyStopping_WhenALaterCallbackStops_RestoresTheBest()
    {
        Sequential model = Model();
        float[] best = [];
        EarlyStopping early = new("loss", patience: 9, restoreBestWeights: true);
        Told stop = new()
        {
            Any = (what, context) =>
            {
                if (what == "epoch")
                {
                    best = early.BestEpoch == context.Epoch ? Weights(model) : best;
                    context.Optimizer.LearningRate = 50;
                    if (context.Epoch == 3)
                    {
                        context.Stop("enough");
                    }
                }
            },
        };

        model.Fit(_x, _y, 9, Rows, new FitOptions { Callbacks = [early, stop] });

        Assert.InRange(early.BestEpoch, 1, 2);
        Assert.Equal(best, Weights(model));
    }

    private static float[] Weights(Module model) =>
        [.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())];

    private static Sequential Model()
    {
        Sequential model = new(new Lstm(4, seed: 1), new Dense(1, seed: 2));
        model.Compile(new MeanSquaredError(), new Sgd(0.01f), new MeanAbsoluteErrorMetric());
        return model;
    }
}
