using NativeRnn.Layers;
using NativeRnn.Tests.Cli;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

/// <summary>A run that was cut off and resumed ends with the bits of one that was not.</summary>
public sealed class CheckpointTests : IDisposable
{
    private const int Rows = 20;
    private const int Epochs = 6;

    private readonly Device _device = TestDevice.Open();
    private readonly TemporaryDirectory _directory = new();
    private readonly Tensor _x;
    private readonly Tensor _y;

    public CheckpointTests()
    {
        _x = Numbers.Tensor(_device, 1, Rows, 5, 2);
        _y = Tensor.From([.. Enumerable.Range(0, Rows).Select(row => row * row % 3)], [Rows], _device);
    }

    public void Dispose()
    {
        _device.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("adam")]
    [InlineData("sgd")]
    [InlineData("rmsprop")]
    public void Fit_CancelledAnywhere_GoesOnWithTheSameBits(string optimizer)
    {
        (float[] weights, History history) = Run(optimizer, new FitOptions { ValidationSplit = 0.2f });

        for (int stop = 0; stop < 2 * Epochs; stop += 3)
        {
            FitOptions options = new()
            {
                ValidationSplit = 0.2f,
                Checkpoint = new CheckpointOptions(_directory.File($"{stop}")),
            };
            CutOff(optimizer, options, stop);
            (float[] resumed, History whole) = Run(optimizer, options);

            Assert.Equal(weights, resumed);
            Assert.Equal(history.Losses, whole.Losses);
            Assert.Equal(history.ValidationLosses, whole.ValidationLosses);
            Assert.Equal(
                history.Epochs.Select(epoch => epoch.Training.Metrics["accuracy"]),
                whole.Epochs.Select(epoch => epoch.Training.Metrics["accuracy"]));
        }
    }

    [Fact]
    public void Fit_OfAFinishedRun_TrainsNoMore_AndOfMoreEpochsGoesOn()
    {
        FitOptions options = new() { Checkpoint = new CheckpointOptions(_directory.File("run"), everySeconds: 100) };
        (float[] weights, History history) = Run("adam", options);

        (float[] again, History same) = Run("adam", options);
        (float[] more, _) = Run("adam", options, Epochs + 2);

        Assert.Equal(weights, again);
        Assert.Equal(history.Losses, same.Losses);
        Assert.Equal(Run("adam", new FitOptions(), Epochs + 2).Weights, more);
    }

    [Fact]
    public void EarlyStopping_OfAResumedRun_StopsAndRestoresAsBefore()
    {
        static FitOptions Options(CheckpointOptions? checkpoint) => new()
        {
            ValidationSplit = 0.4f,
            Checkpoint = checkpoint,
            Callbacks = [new EarlyStopping(patience: 2, restoreBestWeights: true)],
        };
        (float[] weights, History history) = Run("adam", Options(null), 200);
        Assert.NotNull(history.StopReason);

        CheckpointOptions checkpoint = new(_directory.File("run"), everyBatches: 1);
        // Two batches an epoch: in the middle of the last one.
        CutOff("adam", Options(checkpoint), 2 * (history.Epochs.Count - 1));
        (float[] resumed, History whole) = Run("adam", Options(checkpoint), 200);

        Assert.Equal(weights, resumed);
        Assert.Equal(history.Losses, whole.Losses);
        Assert.Equal(history.StopReason, whole.StopReason);
    }

    [Fact]
    public void Resume_OfAnotherRun_SaysWhatDiffers()
    {
        CheckpointOptions checkpoint = new(_directory.File("run"));
        Run("adam", new FitOptions { Checkpoint = checkpoint });

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
            () => Run("adam", new FitOptions { Checkpoint = checkpoint, Seed = 9 }));
        Assert.Contains("shuffle 9", exception.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => Run("sgd", new FitOptions { Checkpoint = checkpoint }));

        CheckpointOptions anew = new(_directory.File("run"), resume: false);
        Assert.Equal(
            Run("adam", new FitOptions { Seed = 9 }).Weights,
            Run("adam", new FitOptions { Seed = 9, Checkpoint = anew }).Weights);
    }

    [Fact]
    public void ModelState_HoldsGradientsThatWaitForAStep()
    {
        Sequential model = new(new Dense(2, seed: 1));
        model.Build([1, 3], device: _device);
        Adam optimizer = new(model.Parameters());
        model.Parameters().First().Gradient.Fill(0.5f);
        TrainingState state = ModelState.Save(model, optimizer);
        float[] before = model.Layers[0].Parameters().First().Value.ToArray();
        optimizer.Step();

        ModelState.Load(model, optimizer, state);

        Assert.Equal(before, model.Parameters().First().Value.ToArray());
        Assert.Equal(0, optimizer.Steps);
        Assert.All(model.Parameters().First().Gradient.ToArray(), value => Assert.Equal(0.5f, value));
        Assert.All(model.Parameters().Last().Gradient.ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Resume_RemovesWhatAKilledRunWasWriting()
    {
        CheckpointOptions checkpoint = new(_directory.File("run"));
        Directory.CreateDirectory(checkpoint.Directory);
        File.WriteAllText($"{checkpoint.FilePath}.0123.tmp", "half a checkpoint");

        Run("adam", new FitOptions { Checkpoint = checkpoint });

        Assert.Equal([checkpoint.FilePath], Directory.GetFiles(checkpoint.Directory));
    }

    private Sequential Model(string optimizer)
    {
        Sequential model = new(
            new Lstm(2, 6, numLayers: 2, batchFirst: true, dropout: 0.3f, seed: 1, device: _device),
            new Dropout(0.2f, seed: 2),
            new Gru(5, seed: 3), new Dense(3, seed: 4));
        model.Compile(
            new CrossEntropyLoss(),
            optimizer switch
            {
                "adam" => new Adam(0.01f),
                "sgd" => new Sgd(0.05f, momentum: 0.9f),
                _ => new RmsProp(0.01f),
            },
            new AccuracyMetric(),
            new AverageLargest());
        return model;
    }

    private (float[] Weights, History History) Run(string optimizer, FitOptions options, int epochs = Epochs)
    {
        Sequential model = Model(optimizer);
        History history = model.Fit(_x, _y, epochs, 7, options);
        return ([.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())], history);
    }

    private void CutOff(string optimizer, FitOptions options, int batches)
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
        Assert.Throws<OperationCanceledException>(() => Model(optimizer).Fit(
            _x, _y, 200, 7, options with { Callbacks = [.. options.Callbacks, cut] }, source.Token));
    }

    /// <summary>A user's metric that keeps no state.</summary>
    private sealed class AverageLargest : Metric
    {
        private double _sum;

        public override string Name => "largest";

        public override double Result => _sum;

        public override void Reset() => _sum = 0;

        public override void Update(Tensor predictions, Tensor targets) => _sum += predictions.ToArray().Max();
    }
}
