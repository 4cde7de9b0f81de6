using System.Runtime.CompilerServices;
using NativeRnn.Layers;
using NativeRnn.Tests.Cli;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

/// <summary>Runs that are stopped or cancelled at an awkward moment.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class CutRunTests : IDisposable
{
    private const int Rows = 12;
    private const int BatchSize = 3;

    private readonly Device _device = TestDevice.Open();
    private readonly TemporaryDirectory _directory = new();
    private readonly Tensor _x;
    private readonly Tensor _y;

    public CutRunTests()
    {
        _x = Numbers.Tensor(_device, 1, Rows, 3);
        _y = Numbers.Tensor(_device, 2, Rows, 1);
    }

    public void Dispose()
    {
        _device.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Resume_OfARunThatWasStoppedInMidEpoch_EndsThatEpoch()
    {
        FitOptions options = new() { Checkpoint = new CheckpointOptions(_directory.File("run"), everyBatches: 1) };
        Told stop = new()
        {
            BatchEnd = context =>
            {
                if (context.Batch == 2)
                {
                    context.Stop("enough");
                }
            },
            Any = (what, _) =>
            {
                if (what == "epoch")
                {
                    throw new InvalidOperationException("killed");
                }
            },
        };
        Assert.Throws<InvalidOperationException>(
            () => Model().Fit(_x, _y, 5, BatchSize, options with { Callbacks = [stop] }));

        History history = Model().Fit(_x, _y, 5, BatchSize, options);

        Assert.Equal("enough", history.StopReason);
        Assert.Single(history.Epochs);
        Assert.True(double.IsFinite(history.Epochs[0].Training.Loss));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FitAsync_CancelledWhileABatchIsAwaited_SavesAndGoesOn(bool throws)
    {
        Sequential whole = Model();
        await whole.FitAsync(Batches(null, throws), 2);
        FitOptions options = new() { Checkpoint = new CheckpointOptions(_directory.File("run"), everySeconds: 1000) };
        using CancellationTokenSource source = new();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Model().FitAsync(Batches(source, throws), 2, options, source.Token));
        Assert.True(File.Exists(options.Checkpoint.FilePath));
        Sequential resumed = Model();
        History history = await resumed.FitAsync(Batches(null, throws), 2, options);

        Assert.Equal(2, history.Epochs.Count);
        Assert.Equal(whole.History!.Losses, history.Losses);
        Assert.Equal(Weights(whole), Weights(resumed));
    }

    [Fact]
    public void Fit_WhoseFirstBatchOfManyRowsIsSkipped_KnowsNoTimeLeft()
    {
        const int Many = 2000;
        float[] values = Numbers.Uniform(Many * 3, 1);
        values[0] = float.NaN;
        List<TimeSpan?> left = [];
        FitOptions options = new()
        {
            Shuffle = false,
            SkipNonFinite = true,
            Callbacks = [new Told { BatchEnd = context => left.Add(context.Remaining) }],
        };

        Model().Fit(
            Tensor.From(values, [Many, 3], _device), Numbers.Tensor(_device, 2, Many, 1), 2, 500, options);

        Assert.Null(left[0]);
        Assert.NotNull(left[1]);
    }

    [Fact]
    public void Resume_KeepsTheOrderOfMetrics_InTheCsvLogToo()
    {
        FitOptions options = new()
        {
            Checkpoint = new CheckpointOptions(_directory.File("run")),
            Callbacks = [new CsvLog(_directory.File("log.csv"))],
        };
        Sequential Compiled()
        {
            Sequential model = Model();
            model.Compile(
                new MeanSquaredError(), new Sgd(), new RootMeanSquaredErrorMetric(), new MeanAbsoluteErrorMetric());
            return model;
        }

        Compiled().Fit(_x, _y, 1, BatchSize, options);
        History history = Compiled().Fit(_x, _y, 2, BatchSize, options);

        Assert.All(history.Epochs, epoch => Assert.Equal(["rmse", "mae"], epoch.Training.Metrics.Keys));
        string[] lines = File.ReadAllLines(_directory.File("log.csv"));
        Assert.Equal("epoch,loss,rmse,mae,seconds", lines[0]);
        for (int epoch = 0; epoch < 2; epoch++)
        {
            Assert.StartsWith(
                FormattableString.Invariant($"{epoch + 1},{history.Losses[epoch]:R},{history.Epochs[epoch].Training.Metrics["rmse"]:R},"),
                lines[epoch + 1],
                StringComparison.Ordinal);
        }
    }

    // Cancels when the third batch is asked for, and then throws or just ends.
    private async IAsyncEnumerable<Batch> Batches(
        CancellationTokenSource? source, bool throws, [EnumeratorCancellation] CancellationToken token = default)
    {
        for (int start = 0; start < Rows; start += BatchSize)
        {
            if (source is not null && start == 2 * BatchSize)
            {
                await source.CancelAsync();
                if (!throws)
                {
                    yield break;
                }
            }

            token.ThrowIfCancellationRequested();
            yield return new Batch(_x[start..(start + BatchSize)], _y[start..(start + BatchSize)]);
        }
    }

    private static float[] Weights(Module model) =>
        [.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())];

    private static Sequential Model()
    {
        Sequential model = new(new Dense(4, seed: 1), new Dense(1, seed: 2));
        model.Compile(new MeanSquaredError(), new Adam(0.01f));
        return model;
    }
}
