using System.Globalization;
using NativeRnn.Layers;
using NativeRnn.Tests.Cli;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class CallbackTests : IDisposable
{
    private const int Rows = 12;

    private readonly Device _device = TestDevice.Open();
    private readonly TemporaryDirectory _directory = new();
    private readonly Tensor _x;
    private readonly Tensor _y;

    public CallbackTests()
    {
        _x = Numbers.Tensor(_device, 1, Rows, 4, 2);
        _y = _x.Sum(1);
    }

    public void Dispose()
    {
        _device.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Callbacks_AreToldInOrder()
    {
        List<string> calls = [];
        Told callback = new()
        {
            Any = (what, context) => calls.Add($"{what} {context.Epoch}.{context.Batch}/{context.Batches}"),
        };

        Model().Fit(_x, _y, 2, 6, new FitOptions { Callbacks = [callback] });

        Assert.Equal(
            [
                "train begins 1.0/2", "epoch begins 1.0/2", "batch 1.1/2", "batch 1.2/2", "epoch 1.2/2",
                "epoch begins 2.0/2", "batch 2.1/2", "batch 2.2/2", "epoch 2.2/2", "train 3.0/2",
            ],
            calls);
    }

    [Fact]
    public void Stop_EndsAfterTheBatch_WithItsReason()
    {
        Told callback = new()
        {
            BatchEnd = context =>
            {
                Assert.True(context.GradientNorm > 0);
                Assert.True(double.IsFinite(context.BatchLoss));
                if (context is { Epoch: 2, Batch: 1 })
                {
                    context.Stop("enough");
                    context.Stop("not this");
                }
            },
        };

        History history = Model().Fit(_x, _y, 9, 4, new FitOptions { Callbacks = [callback] });

        Assert.Equal(2, history.Epochs.Count);
        Assert.Equal("enough", history.StopReason);
    }

    [Fact]
    public void EarlyStopping_WhenNothingGetsBetter_StopsAndRestoresTheBest()
    {
        // The learning rate is so high that the loss soon gets worse.
        Sequential model = Model(new Sgd(0.05f));
        List<float[]> weights = [];
        EarlyStopping early = new("loss", patience: 2, restoreBestWeights: true);
        Told record = new()
        {
            Any = (what, context) =>
            {
                if (what == "epoch")
                {
                    weights.Add(Weights(model));
                    context.Optimizer.LearningRate = context.Epoch == 2 ? 3 : context.Optimizer.LearningRate;
                }
            },
        };

        History history = model.Fit(_x, _y, 50, Rows, new FitOptions { Callbacks = [record, early] });

        Assert.Equal(early.BestEpoch + 2, history.Epochs.Count);
        Assert.Equal(history.Losses.Min(), early.Best);
        Assert.Equal(weights[early.BestEpoch - 1], Weights(model));
        Assert.Contains("loss has not got better for 2 epochs", history.StopReason, StringComparison.Ordinal);
    }

    [Fact]
    public void EarlyStopping_OfSomethingUnknown_SaysWhatThereIs()
    {
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => Model().Fit(
            _x, _y, options: new FitOptions { Callbacks = [new EarlyStopping("val_loss")] }));

        Assert.Contains("'val_loss'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("loss, mae", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new EarlyStopping("val_accuracy"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(patience: 0));
    }

    [Fact]
    public void ModelCheckpoint_SavesEpochs_OrTheBestOnly()
    {
        Sequential model = Model(new Sgd(0.05f));
        ModelCheckpoint best = new(_directory.File("best/{epoch}-{mae}.safetensors"), true, "mae", MonitorMode.Minimize);
        Told worse = new() { BatchEnd = context => context.Optimizer.LearningRate = context.Epoch >= 3 ? 5 : 0.05f };

        History history = model.Fit(_x, _y, 5, Rows, new FitOptions
        {
            Callbacks = [worse, new ModelCheckpoint(_directory.File("all-{epoch}.safetensors")), best],
        });

        double[] errors = [.. history.Epochs.Select(epoch => epoch.Training.Metrics["mae"])];
        int at = Array.IndexOf(errors, errors.Min());
        Assert.EndsWith(string.Create(
            CultureInfo.InvariantCulture, $"{at + 1:0000}-{errors[at]:0.0000}.safetensors"), best.LastPath, StringComparison.Ordinal);
        Assert.True(File.Exists(_directory.File("all-0005.safetensors")));
        Sequential twin = Model();
        twin.Build(_x.Shape, device: _device);
        twin.LoadWeights(_directory.File("all-0005.safetensors"));
        Assert.Equal(Weights(model), Weights(twin));
    }

    [Fact]
    public void CsvLog_HasALineForEachEpoch()
    {
        string path = _directory.File("log.csv");

        History history = Model().Fit(_x, _y, 3, 4, new FitOptions
        {
            Callbacks = [new CsvLog(path)], ValidationData = (_x, _y),
        });

        string[] lines = File.ReadAllLines(path);
        Assert.Equal("epoch,loss,mae,val_loss,val_mae,seconds", lines[0]);
        Assert.Equal(4, lines.Length);
        string[] last = lines[3].Split(',');
        Assert.Equal("3", last[0]);
        Assert.Equal(history.Losses[2], double.Parse(last[1], CultureInfo.InvariantCulture));
        Assert.Equal(history.ValidationLosses[2], double.Parse(last[3], CultureInfo.InvariantCulture));
    }

    [Fact]
    public void LearningRateFinder_DrawsTheCurveAndPutsEverythingBack()
    {
        Sequential model = Model(new Adam(0.123f));
        model.Fit(_x, _y, 1, 4);
        float[] before = Weights(model);
        LearningRateFinder finder = new(1e-5f, 50, steps: 60);

        float? suggestion = finder.Find(model, _x, _y, 6);

        Assert.Equal(before, Weights(model));
        Assert.Equal(1e-5f, finder.Curve[0].LearningRate);
        Assert.InRange(suggestion!.Value, 1e-4f, 5);
        Assert.True(finder.Curve.Zip(finder.Curve.Skip(1)).All(
            pair => pair.Second.LearningRate > pair.First.LearningRate));

        // The optimiser goes on as if nothing had been tried.
        Sequential twin = Model(new Adam(0.123f));
        twin.Fit(_x, _y, 1, 4);
        twin.Fit(_x, _y, 1, 4);
        model.Fit(_x, _y, 1, 4);
        Assert.Equal(Weights(twin), Weights(model));
    }

    [Fact]
    public void LearningRateFinder_OfALossThatOverflows_EndsThere()
    {
        Sequential model = Model(new Sgd());
        model.Build(_x.Shape, device: _device);
        LearningRateFinder finder = new(1e-3f, 1e30f, steps: 20);

        finder.Find(model, Dataset.FromTensors(_x, _y).Batch(Rows));

        Assert.InRange(finder.Curve.Count, 1, 19);
        Assert.All(Weights(model), weight => Assert.True(float.IsFinite(weight)));
        Assert.Throws<ArgumentException>(() => new LearningRateFinder(1, 1));
    }

    [Fact]
    public void TimeLimit_EndsAfterTheBatch_WithTheEpochsResults()
    {
        History history = Model().Fit(
            _x, _y, 5, 4,
            new FitOptions { ValidationSplit = 0.25f, Callbacks = [new TimeLimit(TimeSpan.FromTicks(1))] });

        EpochResult epoch = Assert.Single(history.Epochs);
        Assert.NotNull(epoch.Validation);
        Assert.Contains("its time of", history.StopReason, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TimeLimit(TimeSpan.Zero));
    }

    [Fact]
    public void ProgressBar_OnATerminal_WritesOverItsLine()
    {
        using StringWriter output = new();

        Model().Fit(_x, _y, 2, 4, new FitOptions { Callbacks = [new ProgressBar(output, isTerminal: true)] });

        string text = output.ToString();
        string[] lines = text.Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Matches(@"^\repoch 1/2  \[=+ +\]  33%  loss \d+\.\d{4}  [\d,]+ samples/s  \d+:\d\d left", lines[0]);
        Assert.Matches(@"\repoch 1/2  loss \d+\.\d{4}  mae \d+\.\d{4}  [\d,]+ samples/s  \d+:\d\d left *$", lines[0].TrimEnd('\r'));
        Assert.Contains("0:00 left", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void ProgressBar_Elsewhere_WritesPlainLines()
    {
        using StringWriter output = new();

        Model().Fit(_x, _y, 2, 4, new FitOptions { Callbacks = [new ProgressBar(output)] });

        string[] lines = output.ToString().TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.DoesNotContain('\r', line.TrimEnd()));
        Assert.StartsWith("epoch 2/2  loss ", lines[1], StringComparison.Ordinal);
    }

    private static float[] Weights(Module model) =>
        [.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())];

    private static Sequential Model(Optimizer? optimizer = null)
    {
        Sequential model = new(
            new Lstm(5, seed: 1), new Dropout(0.1f, seed: 2), new Dense(2, seed: 3));
        model.Compile(new MeanSquaredError(), optimizer ?? new Adam(0.01f), new MeanAbsoluteErrorMetric());
        return model;
    }
}
