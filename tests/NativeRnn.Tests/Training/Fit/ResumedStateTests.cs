using NativeRnn.Layers;
using NativeRnn.Tests.Cli;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

/// <summary>
/// Resumed runs with all that remembers something: averages, schedules, gradients that wait for a
/// step, states that are carried, metrics.
/// </summary>
public sealed class ResumedStateTests : IDisposable
{
    private const int Rows = 20;
    private const int Epochs = 4;
    private const int BatchesOfAnEpoch = 4;

    private readonly Device _device = TestDevice.Open();
    private readonly TemporaryDirectory _directory = new();
    private readonly Tensor _x;
    private readonly Tensor _y;

    public ResumedStateTests()
    {
        _x = Numbers.Tensor(_device, 1, Rows, 5, 2);
        _y = Tensor.From([.. Enumerable.Range(0, Rows).Select(row => row * row % 3)], [Rows], _device);
    }

    public void Dispose()
    {
        _device.Dispose();
        _directory.Dispose();
    }

    // Steps take three batches, epochs four: a run is cut off with gradients that wait.
    [Fact]
    public void Fit_CancelledAnywhere_GoesOnWithTheSameBits()
    {
        Run wanted = Trained(new FitOptions());

        for (int stop = 0; stop < 2 * BatchesOfAnEpoch; stop++)
        {
            FitOptions options = new() { Checkpoint = new CheckpointOptions(_directory.File($"{stop}")) };
            CutOff(options, stop);
            Run got = Trained(options);

            Assert.Equal(wanted.Weights, got.Weights);
            Assert.Equal(wanted.Averages, got.Averages);
            Assert.Equal(wanted.Rate, got.Rate);
            Assert.Equal(wanted.History.Losses, got.History.Losses);
            for (int epoch = 0; epoch < Epochs; epoch++)
            {
                Assert.Equal(
                    wanted.History.Epochs[epoch].Training.Metrics, got.History.Epochs[epoch].Training.Metrics);
            }
        }
    }

    [Fact]
    public void Schedule_IsToldOfEachEpoch()
    {
        ReduceOnPlateauSchedule schedule = new(1e-6f, factor: 0.5, patience: 0, monitor: "accuracy");
        Sequential model = new(new Gru(3, seed: 1), new Dense(3, seed: 2));
        model.Compile(new CrossEntropyLoss(), new Sgd { Schedule = schedule }, new AccuracyMetric());

        // So slow that the accuracy stays: the second and the third epoch are no progress.
        model.Fit(Dataset.FromTensors(_x, _y).Batch(Rows), 3, device: _device);

        Assert.Equal(0.25e-6f, schedule.Rate);
    }

    [Theory]
    [InlineData("accuracy")]
    [InlineData("top k")]
    [InlineData("perplexity")]
    [InlineData("precision")]
    [InlineData("recall")]
    [InlineData("f1")]
    [InlineData("auc")]
    [InlineData("mae")]
    [InlineData("mape")]
    [InlineData("rmse")]
    [InlineData("r2")]
    public void SaveState_OfAMetric_GivesTheSameBits(string which)
    {
        (Metric whole, Metric first, Metric second) = (Make(which), Make(which), Make(which));
        TrainingState state = new();
        Update(whole, which, 1);
        Update(whole, which, 2);
        Update(first, which, 1);

        first.SaveState(state);
        second.LoadState(state);

        Assert.Equal(first.Result, second.Result);
        Update(second, which, 2);
        Assert.Equal(whole.Result, second.Result);
    }

    private static Metric Make(string which) => which switch
    {
        "accuracy" => new AccuracyMetric(),
        "top k" => new TopKAccuracyMetric(2),
        "perplexity" => new PerplexityMetric(),
        "precision" => new PrecisionMetric(),
        "recall" => new RecallMetric(),
        "f1" => new F1Metric(average: ClassAverage.Micro),
        "auc" => new AucMetric(),
        "mae" => new MeanAbsoluteErrorMetric(),
        "mape" => new MeanAbsolutePercentageErrorMetric(),
        "rmse" => new RootMeanSquaredErrorMetric(),
        _ => new R2Metric(),
    };

    private void Update(Metric metric, string which, int seed)
    {
        float[] weights = [.. Numbers.Uniform(6, seed + 10).Select(MathF.Abs)];
        Tensor targets = which switch
        {
            "mae" or "mape" or "rmse" or "r2" => Numbers.Tensor(_device, seed + 5, 6, 3),
            "auc" => Tensor.From([0, 1, 0, 1, 1, 0], [6], _device),
            _ => Tensor.From([0, 1, 2, 2, seed, 0], [6], _device),
        };
        metric.Update(
            Numbers.Tensor(_device, seed, which == "auc" ? [6, 1] : [6, 3]),
            targets,
            Tensor.From(weights, [6], _device));
    }

    private (Sequential Model, FitOptions Options) Parts(FitOptions options)
    {
        Sequential model = new(
            new Lstm(6, returnSequences: true, stateful: true, seed: 1),
            new Rnn(new GruCell(6, 4, seed: 3, device: _device), stateful: true),
            new Dense(3, seed: 2));
        Adam optimizer = new()
        {
            Schedule = new WarmUpSchedule(
                new ReduceOnPlateauSchedule(0.05f, factor: 0.5, patience: 0, threshold: 0.1), 2),
        };
        model.Compile(new CrossEntropyLoss(), optimizer, new F1Metric(), new PerplexityMetric());
        return (model, options with
        {
            AccumulateSteps = 3,
            WeightAverage = new ExponentialMovingAverage(model, 0.8f, warmUp: true),
        });
    }

    private Run Trained(FitOptions options)
    {
        (Sequential model, FitOptions all) = Parts(options);
        float? rate = null;
        Told last = new() { BatchEnd = context => rate = context.Optimizer.LearningRate };
        History history = model.Fit(_x, _y, Epochs, 5, all with { Callbacks = [last] });
        return new Run(
            [.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())],
            [.. all.WeightAverage!.StateDict().Where(entry => entry.Key != "updates")
                .OrderBy(entry => entry.Key).SelectMany(entry => entry.Value.ToArray())],
            rate,
            history);
    }

    private void CutOff(FitOptions options, int batches)
    {
        using CancellationTokenSource source = new();
        int count = 0;
        Told cut = new()
        {
            BatchEnd = _ =>
            {
                if (count++ == batches)
                {
                    source.Cancel();
                }
            },
        };
        (Sequential model, FitOptions all) = Parts(options);
        Assert.Throws<OperationCanceledException>(
            () => model.Fit(_x, _y, Epochs, 5, all with { Callbacks = [cut] }, source.Token));
    }

    private sealed record Run(float[] Weights, float[] Averages, float? Rate, History History);
}
