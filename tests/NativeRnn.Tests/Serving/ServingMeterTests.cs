using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Serving;
using NativeRnn.Training;

namespace NativeRnn.Tests.Serving;

public sealed class ServingMeterTests : IDisposable
{
    private const string Requests = "nativernn.serving.requests";
    private const string Duration = "nativernn.serving.duration";
    private const string Active = "nativernn.serving.active";

    private readonly Measurements _measured = new(NativeRnnDiagnostics.ServingMeter);

    public void Dispose() => _measured.Dispose();

    [Fact]
    public void Predictions_TellOutcomeDurationAndHowManyRun()
    {
        bool fail = false;
        using Predictor predictor = new(
            _ => new Lambda(input => fail ? throw new NotSupportedException() : input));

        predictor.Predict(1f);
        Assert.Throws<ArgumentException>(() => predictor.Predict(float.NaN));
        Assert.ThrowsAny<OperationCanceledException>(() => predictor.Predict(1f, new CancellationToken(canceled: true)));
        fail = true;
        Assert.Throws<NotSupportedException>(() => predictor.Predict(1f));

        string[] expected = ["predict,ok", "predict,invalid", "predict,cancelled", "predict,error"];
        Assert.Equal(expected.Select(tags => (1.0, tags)), _measured.Of(Requests));
        Assert.Equal(expected, _measured.Of(Duration).Select(found => found.Tags));
        Assert.All(_measured.Of(Duration), found => Assert.True(found.Value >= 0));
        Assert.Equal([1, -1, 1, -1, 1, -1, 1, -1], _measured.Of(Active).Select(found => found.Value));
        Assert.Equal("{request}", _measured.Units[Requests]);
        Assert.Equal("s", _measured.Units[Duration]);
        Assert.Equal("{request}", _measured.Units[Active]);
    }

    [Fact]
    public async Task PredictionsThatAreRefusedOrTooLate_TellSo()
    {
        using ClosedGate gate = new(new PredictorOptions { QueueLimit = 0 });
        using ClosedGate slow = new(new PredictorOptions { QueueTimeout = TimeSpan.Zero });
        Task running = await gate.Occupy();
        Task slowly = await slow.Occupy();

        // The listener hears the thread that it was made on.
        using Measurements here = new(NativeRnnDiagnostics.ServingMeter);
        Assert.Throws<PredictorBusyException>(() => gate.Predictor.Predict(1f));
        Assert.Throws<TimeoutException>(() => slow.Predictor.Predict(1f));
        (double, string)[] told = here.Of(Requests);
        gate.Open();
        slow.Open();
        await Task.WhenAll(running, slowly);

        Assert.Equal([(1.0, "predict,rejected"), (1.0, "predict,timeout")], told);
    }

    [Fact]
    public void Texts_TellOutcomeAndCharacters()
    {
        using Device device = Device.Cpu(threads: 1);
        using TextGenerator generator = new(
            new LanguageModel(new LanguageModelOptions { Vocabulary = 2, Embedding = 2, Hidden = 3, Layers = 1 }, device),
            new CharVocabulary("ab"));
        using CancellationTokenSource source = new();

        Assert.Equal(5, generator.Generate("ab", new GenerationOptions { Length = 5 }).Length);
        Assert.Equal(3, generator.Stream("ab").Take(3).Count());
        foreach (char _ in generator.Stream("a", cancellationToken: source.Token))
        {
            source.Cancel();
        }

        Assert.Equal(
            [(1.0, "generate,ok"), (1.0, "generate,cancelled"), (1.0, "generate,cancelled")], _measured.Of(Requests));
        Assert.Equal([5, 3, 1], _measured.Of("nativernn.serving.characters").Select(found => found.Value));
        Assert.Equal(0, _measured.Of(Active).Sum(found => found.Value));
    }
}
