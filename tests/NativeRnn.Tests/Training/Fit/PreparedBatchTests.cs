using NativeRnn.Layers;
using NativeRnn.Tests.Cli;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

/// <summary>
/// Where a device queues its work, Fit loads a batch while it waits for the one before: that changes no result, and
/// failures come out where they would have.
/// </summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class PreparedBatchTests : IDisposable
{
    private const int Rows = 22;
    private const int Steps = 5;
    private const int BatchSize = 4;

    private readonly Device _plain = TestDevice.Open();
    private readonly Device _queue = TestDevice.Open();
    private readonly TemporaryDirectory _directory = new();

    public PreparedBatchTests() => _queue.QueuesWork = true;

    public void Dispose()
    {
        _plain.Dispose();
        _queue.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("tensors")]
    [InlineData("dataset")]
    [InlineData("ragged dataset")]
    [InlineData("prefetched dataset")]
    [InlineData("batches")]
    public void Fit_GivesTheSameBits(string source)
    {
        (History history, float[] weights) = Train(_plain, source);

        (History prepared, float[] preparedWeights) = Train(_queue, source);

        Assert.Equal(weights, preparedWeights);
        Assert.Equal(history.Losses, prepared.Losses);
        Assert.Equal(history.ValidationLosses, prepared.ValidationLosses);
        Assert.Equal(
            history.Epochs.Select(epoch => epoch.Training.Metrics["accuracy"]),
            prepared.Epochs.Select(epoch => epoch.Training.Metrics["accuracy"]));
    }

    [Fact]
    public void Fit_OfASampleThatFails_LearnsFromAllBefore()
    {
        (int batches, float[] weights) = TrainUntil(_plain, badRow: 13);

        (int preparedBatches, float[] preparedWeights) = TrainUntil(_queue, badRow: 13);

        Assert.Equal(3, batches);
        Assert.Equal(3, preparedBatches);
        Assert.Equal(weights, preparedWeights);
    }

    [Fact]
    public void Fit_OfBatchesOfOnesOwn_TakesNoneAhead()
    {
        int taken = 0;
        List<int> seen = [];
        IEnumerable<Batch> Counted()
        {
            foreach (Batch batch in Batches(_queue))
            {
                taken++;
                yield return batch;
            }
        }

        Model(_queue).Fit(Counted(), 1, new FitOptions { Callbacks = [new Told { BatchEnd = _ => seen.Add(taken) }] });

        Assert.Equal(Enumerable.Range(1, seen.Count), seen);
    }

    [Fact]
    public void Fit_Resumed_GivesTheBitsOfTheWholeRun()
    {
        FitOptions options = new() { Seed = 3 };
        Sequential whole = Model(_queue);
        whole.Fit(Data(ragged: true).Shuffle(5), 2, options, _queue);
        options = options with { Checkpoint = new CheckpointOptions(_directory.File("run"), everyBatches: 1) };
        Told kill = new()
        {
            BatchEnd = context =>
            {
                if (context.Batch == 4)
                {
                    throw new InvalidOperationException("killed");
                }
            },
        };

        Assert.Throws<InvalidOperationException>(() => Model(_queue).Fit(
            Data(ragged: true).Shuffle(5), 2, options with { Callbacks = [kill] }, _queue));
        Sequential resumed = Model(_queue);
        resumed.Fit(Data(ragged: true).Shuffle(5), 2, options, _queue);

        Assert.Equal(Weights(whole), Weights(resumed));
        Assert.Equal(whole.History!.Losses, resumed.History!.Losses);
    }

    private static (History History, float[] Weights) Train(Device device, string source)
    {
        Sequential model = Model(device);
        FitOptions options = new() { Seed = 1, ClipNorm = 1, ValidationDataset = Data(ragged: true), AccumulateSteps = 2 };
        History history = source switch
        {
            "tensors" => model.Fit(Inputs(device), Targets(device), 3, BatchSize, options),
            "dataset" => model.Fit(Data(ragged: false).Shuffle(5), 3, options, device),
            "ragged dataset" => model.Fit(Data(ragged: true).Shuffle(5), 3, options, device),
            "prefetched dataset" => model.Fit(Data(ragged: true).Shuffle(5).Prefetch(2), 3, options, device),
            _ => model.Fit(Batches(device).ToList(), 3, options),
        };
        return (history, Weights(model));
    }

    private static (int Batches, float[] Weights) TrainUntil(Device device, int badRow)
    {
        Sequential model = Model(device);
        int batches = 0;
        Dataset data = Dataset.FromSamples(
            Rows, row => row == badRow ? throw new InvalidDataException("row 13") : SampleOf(row, Steps)).Batch(BatchSize);

        Assert.Throws<InvalidDataException>(() => model.Fit(
            data, 1, new FitOptions { Callbacks = [new Told { BatchEnd = _ => batches++ }] }, device));

        return (batches, Weights(model));
    }

    private static Sequential Model(Device device)
    {
        Sequential model = new(new Embedding(7, 4, seed: 1, device: device), new Gru(6, seed: 2), new Dense(3, seed: 3));
        model.Compile(new CrossEntropyLoss(), new Adam(0.01f), new AccuracyMetric());
        return model;
    }

    // Ragged: of 1 to 5 steps, and some rows count double.
    private static Dataset Data(bool ragged) => Dataset.FromSamples(
        Rows, row => SampleOf(row, ragged ? 1 + (row % Steps) : Steps)).Batch(BatchSize);

    private static Sample SampleOf(int row, int steps) =>
        new(InputsOf(row)[..steps], row * row % 3, steps == 2 ? 2 : 1);

    private static int[] InputsOf(int row) => [.. Enumerable.Range(0, Steps).Select(step => (row + (step * step)) % 7)];

    private static Tensor Inputs(Device device) => Tensor.From(
        [.. Enumerable.Range(0, Rows).SelectMany(InputsOf)], [Rows, Steps], device);

    private static Tensor Targets(Device device) => Tensor.From(
        [.. Enumerable.Range(0, Rows).Select(row => row * row % 3)], [Rows], device);

    private static IEnumerable<Batch> Batches(Device device) => Data(ragged: true).Batches(device: device);

    private static float[] Weights(Module model) =>
        [.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())];
}
