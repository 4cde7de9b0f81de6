using System.Collections.Concurrent;
using System.Diagnostics;
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Serving;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Serving;

public sealed class TraceTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();
    private readonly Activity _test;
    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _stopped = [];

    // Other tests' activities don't have this test's as their parent.
    public TraceTests()
    {
        _test = new Activity("test").Start();
        ActivityTraceId trace = _test.TraceId;
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == NativeRnnDiagnostics.ActivitySource,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.Parent.TraceId == trace
                ? ActivitySamplingResult.AllData
                : ActivitySamplingResult.None,
            ActivityStopped = _stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _test.Dispose();
        _device.Dispose();
    }

    [Fact]
    public void Fit_IsAnActivity_AndItsEpochsInIt()
    {
        Sequential model = new(new Gru(4, seed: 1), new Dense(1, seed: 2));
        model.Compile(new MeanSquaredError(), new Sgd(0.1f));
        Tensor x = Numbers.Tensor(_device, 1, 8, 5, 3), y = Numbers.Tensor(_device, 2, 8, 1);

        History history = model.Fit(x, y, epochs: 2);
        model.Predict(x);

        Assert.Equal(
            ["nativernn.epoch", "nativernn.epoch", "nativernn.fit", "nativernn.predict"],
            _stopped.Select(activity => activity.OperationName));
        Activity[] all = [.. _stopped];
        Assert.All(all[..2], epoch => Assert.Same(all[2], epoch.Parent));
        Assert.Equal(history.Losses, all[..2].Select(epoch => epoch.GetTagItem("nativernn.loss")).Cast<double>());
        Assert.Equal(history.Losses[1], all[2].GetTagItem("nativernn.loss"));
        Assert.Equal("[8, 5, 3]", all[2].GetTagItem("nativernn.input_shape"));
        Assert.Equal(model.ParameterCount, all[2].GetTagItem("nativernn.parameters"));
        Assert.Equal(TestDevice.IsCuda ? "cuda:0" : "cpu", all[2].GetTagItem("nativernn.device"));
        Assert.Equal("[8, 1]", all[3].GetTagItem("nativernn.output_shape"));
        Assert.Same(_test, Activity.Current);
    }

    [Fact]
    public void LanguageModelTrainer_IsTracedLikeFit()
    {
        LanguageModelTrainer trainer = new(
            new LanguageModel(SmallOptions(), _device),
            new LanguageModelTrainingOptions { Epochs = 2, Batch = 2, Sequence = 5 });

        trainer.Train(new int[41], new int[9]);

        Assert.Equal(
            ["nativernn.epoch", "nativernn.epoch", "nativernn.fit"], _stopped.Select(activity => activity.OperationName));
        Assert.All(_stopped.Take(2), epoch => Assert.IsType<double>(epoch.GetTagItem("nativernn.validation_loss")));
    }

    [Fact]
    public void Fit_ThatFails_IsAnError_AndNotWhenItIsCancelled()
    {
        Sequential model = new(new Gru(4, seed: 1), new Dense(1, seed: 2));
        model.Compile(new MeanSquaredError(), new Sgd(0.1f));
        Tensor x = Numbers.Tensor(_device, 1, 8, 5, 3), y = Tensor.Full([8, 1], float.NaN, _device);

        Assert.Throws<NativeRnnException>(() => model.Fit(x, y));
        Assert.ThrowsAny<OperationCanceledException>(
            () => model.Fit(x, y, cancellationToken: new CancellationToken(canceled: true)));

        Activity[] fits = [.. _stopped.Where(activity => activity.OperationName == "nativernn.fit")];
        Assert.Equal(ActivityStatusCode.Error, fits[0].Status);
        Assert.Contains("the loss is NaN", fits[0].StatusDescription, StringComparison.Ordinal);
        Assert.Equal("NativeRnn.NativeRnnException", fits[0].GetTagItem("error.type"));
        Assert.Equal(ActivityStatusCode.Unset, fits[1].Status);
        Assert.Equal(true, fits[1].GetTagItem("nativernn.cancelled"));
        Assert.Same(_test, Activity.Current);
    }

    [Fact]
    public async Task Predictor_TracesEachPrediction()
    {
        using Predictor predictor = new(ServedModel.Create, ServedModel.Options);

        await predictor.PredictAsync(ServedModel.Sample(1));
        await Assert.ThrowsAsync<ArgumentException>(() => predictor.PredictAsync(1f));

        Activity[] all = [.. _stopped];
        Assert.All(all, activity => Assert.Equal("nativernn.predict", activity.OperationName));
        Assert.Equal(["ok", "invalid"], all.Select(activity => activity.GetTagItem("nativernn.outcome")));
        Assert.Equal("[1, 7, 3]", all[0].GetTagItem("nativernn.input_shape"));
        Assert.Equal("cpu", all[0].GetTagItem("nativernn.device"));
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error], all.Select(activity => activity.Status));
        Assert.All(all, activity => Assert.Same(_test, activity.Parent));
        Assert.Same(_test, Activity.Current);
    }

    [Fact]
    public void Generator_NeverMakesItsActivityTheReaders()
    {
        using TextGenerator generator = new(new LanguageModel(SmallOptions(), _device), new CharVocabulary("abc"));
        using IEnumerator<char> first = generator.Stream("ab", new GenerationOptions { Length = 2 }).GetEnumerator();
        using IEnumerator<char> second = generator.Stream("a").GetEnumerator();

        first.MoveNext();
        Assert.Same(_test, Activity.Current);
        second.MoveNext();
        Assert.Same(_test, Activity.Current);
        while (first.MoveNext())
        {
        }

        using (Activity inner = new Activity("inner").Start())
        {
            second.Dispose();
            Assert.Same(inner, Activity.Current);
        }

        Assert.Same(_test, Activity.Current);
        Activity[] all = [.. _stopped];
        Assert.All(all, activity => Assert.Equal("nativernn.generate", activity.OperationName));
        Assert.Equal(["ok", "cancelled"], all.Select(activity => activity.GetTagItem("nativernn.outcome")));
        Assert.Equal([2, 1], all.Select(activity => activity.GetTagItem("nativernn.written")));
        Assert.Equal([2, 1], all.Select(activity => activity.GetTagItem("nativernn.prompt_length")));
    }

    private static LanguageModelOptions SmallOptions() => new() { Vocabulary = 3, Embedding = 2, Hidden = 4, Layers = 1 };
}
