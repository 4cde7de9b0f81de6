using System.Diagnostics.Metrics;
using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

public sealed class SequentialTests : IDisposable
{
    private const int Rows = 96;
    private const int Length = 6;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("rnn")]
    public void Fit_OfAClassification_Learns(string cell)
    {
        (Tensor x, Tensor y) = FirstSign(seed: 1);
        Module layer = cell switch
        {
            "lstm" => new Lstm(16, seed: 1),
            "gru" => new Gru(16, seed: 1),
            _ => new SimpleRnn(16, seed: 1),
        };
        Sequential model = new(layer, new Dense(2, seed: 2));
        model.Compile(new CrossEntropyLoss(), new Adam(0.01f), new AccuracyMetric());

        History history = model.Fit(x, y, epochs: 60, batchSize: 16);

        Assert.True(history.Losses[^1] < 0.1, $"the loss is {history.Losses[^1]}");
        Evaluation evaluation = model.Evaluate(x, y);
        Assert.True(evaluation.Loss < 0.1);
        Assert.True(evaluation.Metrics["accuracy"] > 0.97);
        Assert.Equal([Rows, 2], model.Predict(x, 40).Shape.ToArray());
    }

    [Fact]
    public void Fit_OfARegression_Learns()
    {
        Tensor x = Numbers.Tensor(_device, 1, Rows, Length, 1);
        Tensor y = x.Sum(1);
        Sequential model = new(
            new Gru(16, returnSequences: true, seed: 1), new Gru(16, seed: 2), new Dense(1, seed: 3));
        model.Compile(new MeanSquaredError(), new Adam(0.01f), new MeanAbsoluteErrorMetric());

        History history = model.Fit(x, y, epochs: 30, batchSize: 16);

        Assert.True(history.Losses[^1] < 0.05, $"the loss is {history.Losses[^1]}");
        Assert.True(history.Epochs[^1].Training.Metrics["mae"] < 0.2);
    }

    [Fact]
    public void Fit_WithOneSeed_GivesTheSameBits_ForAnyThreads()
    {
        float[] one = TrainedWeights(threads: 1, seed: 5);

        Assert.Equal(one, TrainedWeights(threads: 1, seed: 5));
        Assert.Equal(one, TrainedWeights(threads: 2, seed: 5));
        Assert.NotEqual(one, TrainedWeights(threads: 1, seed: 6));
    }

    [Fact]
    public void Fit_WithASplit_ValidatesTheLastRowsOnly()
    {
        (Tensor x, Tensor y) = FirstSign(seed: 2);
        Sequential model = Small();

        History history = model.Fit(
            x, y, batchSize: 7, options: new FitOptions { ValidationSplit = 0.25f });

        Evaluation last = model.Evaluate(x[72..], LastOf(y, 24), batchSize: 7);
        Assert.Equal(last.Loss, history.Epochs[0].Validation!.Loss, 1e-6);
        Assert.Equal(history.ValidationLosses, [history.Epochs[0].Validation!.Loss]);
    }

    [Fact]
    public void Fit_WithValidationData_EvaluatesThem()
    {
        (Tensor x, Tensor y) = FirstSign(seed: 3);
        (Tensor testX, Tensor testY) = FirstSign(seed: 4);
        Sequential model = Small();

        History history = model.Fit(
            x, y, options: new FitOptions { ValidationData = (testX, testY) });

        Assert.Equal(model.Evaluate(testX, testY).Loss, history.ValidationLosses[0], 1e-6);
    }

    [Fact]
    public void Fit_OfBadData_SaysWhereAndKeepsTheWeights()
    {
        (Tensor x, Tensor y) = FirstSign(seed: 5);
        float[] values = x.ToArray();
        values[50 * Length] = float.NaN;
        x.Write(values);
        Sequential model = Small();

        NativeRnnException exception = Assert.Throws<NativeRnnException>(() => model.Fit(
            x, y, epochs: 3, batchSize: 32, options: new FitOptions { Shuffle = false }));

        Assert.Contains("epoch 1, batch 2", exception.Message, StringComparison.Ordinal);
        Assert.All(
            model.Parameters(), parameter => Assert.All(
                parameter.Value.ToArray(), value => Assert.True(float.IsFinite(value))));
    }

    [Fact]
    public void Fit_WhenCancelled_StopsAfterTheBatch()
    {
        (Tensor x, Tensor y) = FirstSign(seed: 6);
        Sequential model = Small();
        using CancellationTokenSource source = new();
        FitOptions options = new()
        {
            Progress = new Reports<FitProgress>(_ => source.Cancel()),
        };

        Assert.Throws<OperationCanceledException>(
            () => model.Fit(x, y, epochs: 1000, options: options, cancellationToken: source.Token));

        // The device is free for what comes next.
        Assert.True(double.IsFinite(model.Evaluate(x, y).Loss));
    }

    [Fact]
    public void Fit_Reports_ProgressLogAndMeter()
    {
        (Tensor x, Tensor y) = FirstSign(seed: 7);
        List<FitProgress> progress = [];
        List<LoggedLine> lines = [];
        long samples = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "nativernn.training.samples")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>(
            (_, count, _, _) => Interlocked.Add(ref samples, count));
        listener.Start();

        Small().Fit(x, y, epochs: 2, options: new FitOptions
        {
            Progress = new Reports<FitProgress>(progress.Add),
            Logger = new ListLogger(lines),
        });

        FitProgress[] ends = [.. progress.Where(report => report.Result is not null)];
        Assert.Equal([1, 2], ends.Select(report => report.Epoch));
        Assert.All(ends, report => Assert.Equal(3, report.Batch));
        Assert.Equal(TimeSpan.Zero, ends[^1].Remaining);
        Assert.Equal(2, lines.Count);
        Assert.StartsWith("Epoch 1 of 2: loss", lines[0].Text, StringComparison.Ordinal);
        Assert.True(samples >= 2 * Rows);
    }

    [Fact]
    public void Predict_DropsNothing_AndKeepsTheMode()
    {
        Tensor x = Numbers.Tensor(_device, 8, 5, Length, 1);
        Sequential model = new(new Gru(4, seed: 1), new Dropout(0.5f, seed: 2), new Dense(2, seed: 3));

        Assert.Equal(model.Predict(x).ToArray(), model.Predict(x, 2).ToArray());
        Assert.True(model.Training);
    }

    [Fact]
    public void Predict_OfIndices_TakesThem()
    {
        Tensor x = Tensor.From([1, 2, 3, 0, 1, 2], [3, 2], _device);
        Sequential model = new(new Embedding(4, 3, seed: 1, device: _device), new Lstm(5, seed: 2));

        Tensor all = model.Predict(x, 2);

        Assert.Equal([3, 5], all.Shape.ToArray());
        Assert.Equal(model.Forward(x).ToArray(), all.ToArray());
    }

    [Fact]
    public void Summary_ShowsShapesAndParameters()
    {
        Sequential model = new(
            new Lstm(128, returnSequences: true), new Lstm(128), new Dense(10));
        string before = model.Summary();

        model.Build([32, 50, 3], device: _device);

        Assert.Contains("not built", before, StringComparison.Ordinal);
        string[] lines = model.Summary().Split('\n');
        Assert.Equal("0 Lstm   [*, 50, 128]      68,096", lines[2]);
        Assert.Equal("1 Lstm   [*, 128]         132,096", lines[3]);
        Assert.Equal("2 Dense  [*, 10]            1,290", lines[4]);
        Assert.Equal("Parameters: 201,482", lines[^1]);
    }

    [Fact]
    public void Build_ThenLoadStateDict_RestoresAModel()
    {
        (Tensor x, _) = FirstSign(seed: 9);
        Sequential model = new(new Lstm(8, seed: 1), new Dense(2, seed: 2));
        Sequential twin = new(new Lstm(8, seed: 3), new Dense(2, seed: 4));
        float[] wanted = model.Predict(x).ToArray();

        twin.Build(x.Shape, device: _device);
        twin.LoadStateDict(model.StateDict());

        Assert.Equal(wanted, twin.Predict(x).ToArray());
    }

    private static Sequential Small()
    {
        Sequential model = new(new Gru(4, seed: 1), new Dense(2, seed: 2));
        model.Compile(new CrossEntropyLoss(), new Sgd(0.1f));
        return model;
    }

    private static float[] TrainedWeights(int threads, long seed)
    {
        using Device device = TestDevice.Open(threads);
        Tensor x = Numbers.Tensor(device, 1, 40, Length, 3);
        Tensor y = Numbers.Tensor(device, 2, 40, 2);
        Sequential model = new(
            new Lstm(24, returnSequences: true, seed: 1), new Dropout(0.2f, seed: 2),
            new Lstm(24, seed: 3), new Dense(2, seed: 4));
        model.Compile(new MeanSquaredError(), new Adam());
        model.Fit(x, y, 3, 12, new FitOptions { Seed = seed, ClipNorm = 1 });
        return [.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())];
    }

    private Tensor LastOf(Tensor classes, int count) =>
        Tensor.From(classes.ToInt32Array().AsSpan()[^count..], [count], _device);

    // Whether a sequence began with a number above 0.
    private (Tensor X, Tensor Y) FirstSign(int seed)
    {
        float[] values = Numbers.Uniform(Rows * Length, seed);
        int[] classes = [.. Enumerable.Range(0, Rows).Select(row => values[row * Length] > 0 ? 1 : 0)];
        return (
            Tensor.From(values, [Rows, Length, 1], _device), Tensor.From(classes, [Rows], _device));
    }

    [Fact]
    public void Build_OfANestedModelWithMasking_RunsWithoutTheMask()
    {
        Sequential model = new(
            new Sequential(new Masking(), new GlobalMaxPool1d()), new Dense(2));

        model.Build([1, 4, 3], device: _device);

        Assert.Equal((3 * 2) + 2, model.ParameterCount);
    }

    [Fact]
    public void Evaluations_LeaveFrozenModulesFrozen()
    {
        Dropout frozen = new(0.5f);
        Sequential model = new(new Gru(3, seed: 1), frozen, new Dense(1, seed: 2));
        model.Compile(new MeanSquaredError(), new Sgd());
        frozen.SetTraining(false);
        Tensor x = Numbers.Tensor(_device, 1, 2, 4, 3);
        Tensor y = Tensor.Ones([2, 1], _device);

        model.Build([1, 4, 3], device: _device);
        Assert.False(frozen.Training);
        model.Evaluate(x, y);
        Assert.False(frozen.Training);
        GradientHealth.Measure(model, x, y);
        Assert.False(frozen.Training);
        Assert.True(model.Training);
    }
}
