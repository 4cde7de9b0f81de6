using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

public sealed class LanguageModelTrainerTests : IDisposable
{
    private static readonly string Text = string.Concat(
        Enumerable.Range(0, 60).Select(index => $"{index % 7} sheep, {index % 5} goats. "));

    private static readonly CharVocabulary Vocabulary = CharVocabulary.FromText(Text);

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(RnnCell.Lstm)]
    [InlineData(RnnCell.Gru)]
    [InlineData(RnnCell.RnnTanh)]
    public void Train_LearnsAText(RnnCell cell)
    {
        LanguageModel model = Model(_device, cell);

        LanguageModelTrainingResult result = Train(model, Options(epochs: 12));

        Assert.Equal(12, result.Epochs);
        Assert.Equal(12, result.Curve.Count);
        Assert.Equal(TrainingOutcome.Completed, result.Outcome);
        Assert.True(result.Curve[0].TrainLoss > 1);
        Assert.True(result.TrainLoss < 0.7, $"the loss is {result.TrainLoss}");
        Assert.True(result.ValidationLoss < 0.6, $"the loss is {result.ValidationLoss}");
        Assert.True(result.CharactersPerSecond > 0);
    }

    [Fact]
    public void Train_WithOneSeed_GivesTheSameBits_ForAnyThreads()
    {
        float[] one = TrainedWeights(threads: 1, seed: 1);

        Assert.Equal(one, TrainedWeights(threads: 1, seed: 1));
        Assert.Equal(one, TrainedWeights(threads: 2, seed: 1));
        Assert.NotEqual(one, TrainedWeights(threads: 1, seed: 2));
    }

    [Fact]
    public void Evaluate_IsTheMeanLoss_OfReadingTheTextOnce()
    {
        LanguageModel model = Model(_device, RnnCell.Gru);
        Train(model, Options(epochs: 2));
        int[] text = Vocabulary.Encode(Text)[..90];

        // One stream from a state of zeros, character by character.
        double sum = 0;
        using PackedLanguageModel packed = model.Pack(WeightStorage.Float32);
        using CharacterStepper stepper = new(packed);
        for (int place = 0; place + 1 < text.Length; place++)
        {
            float[] logits = stepper.Step(text[place]);
            double total = Math.Log(logits.Sum(logit => Math.Exp(logit)));
            sum += total - logits[text[place + 1]];
        }

        double single = new LanguageModelTrainer(
            model, new LanguageModelTrainingOptions { Batch = 1, Sequence = 13 }).Evaluate(text);
        double streams = new LanguageModelTrainer(
            model, new LanguageModelTrainingOptions { Batch = 3, Sequence = 20 }).Evaluate(text);

        Assert.Equal(sum / (text.Length - 1), single, 1e-5);
        Assert.Equal(single, streams, 1e-2);
        Assert.True(model.Training);
    }

    [Fact]
    public void Train_KeepsTheWeights_OfTheBestValidation()
    {
        LanguageModel model = Model(_device, RnnCell.Lstm);
        int[] text = Vocabulary.Encode(Text);
        LanguageModelTrainer trainer = new(model, Options(epochs: 4) with { LearningRate = 0.3f });

        LanguageModelTrainingResult result = trainer.Train(text.AsMemory(200), text.AsMemory(0, 200));

        Assert.Equal(result.Curve.Min(point => point.ValidationLoss), result.ValidationLoss);
        Assert.Equal(
            result.ValidationLoss, result.Curve[result.BestEpoch - 1].ValidationLoss);
        Assert.Equal(result.ValidationLoss!.Value, trainer.Evaluate(text.AsMemory(0, 200)), 1e-9);
    }

    [Fact]
    public void Train_WithoutValidation_KeepsTheLastWeights()
    {
        LanguageModel model = Model(_device, RnnCell.Gru);

        LanguageModelTrainingResult result = new LanguageModelTrainer(model, Options(epochs: 2))
            .Train(Vocabulary.Encode(Text), ReadOnlyMemory<int>.Empty);

        Assert.Null(result.ValidationLoss);
        Assert.Equal(2, result.BestEpoch);
    }

    [Fact]
    public void Train_WhenCancelled_StopsAfterTheBatch_AndReturnsWhatWasTrained()
    {
        LanguageModel model = Model(_device, RnnCell.Lstm);
        float[] before = Weights(model);
        using CancellationTokenSource source = new();
        Reports<LanguageModelProgress> progress = new(report =>
        {
            if (report.Epoch == 2 && report.Batch == 1)
            {
                source.Cancel();
            }
        });

        LanguageModelTrainingResult result = Train(
            model, Options(epochs: 50) with { ReportInterval = TimeSpan.Zero }, progress, source.Token);

        Assert.Equal(TrainingOutcome.Cancelled, result.Outcome);
        Assert.Equal(1, result.Epochs);
        Assert.Equal(2, result.Curve.Count);
        Assert.NotNull(result.ValidationLoss);
        Assert.NotEqual(before, Weights(model));
    }

    [Fact]
    public void Train_CancelledBeforeItBegins_Throws()
    {
        LanguageModelTrainer trainer = new(Model(_device, RnnCell.Gru), Options(epochs: 1));

        Assert.Throws<OperationCanceledException>(() => trainer.Train(
            new int[50], new int[50], null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Train_OutOfTime_StopsAfterTheBatch()
    {
        LanguageModelTrainingResult result = Train(
            Model(_device, RnnCell.Lstm),
            Options(epochs: 100000) with { MaxSeconds = 0.3, DecayByTime = true });

        Assert.Equal(TrainingOutcome.OutOfTime, result.Outcome);
        Assert.NotEmpty(result.Curve);
        Assert.NotNull(result.ValidationLoss);
    }

    [Fact]
    public void Train_ThatDiverges_SaysWhere()
    {
        LanguageModel model = Model(_device, RnnCell.RnnRelu);
        LanguageModelTrainingOptions options = Options(epochs: 50) with
        {
            LearningRate = 1e30f,
            Clip = 0,
        };

        NativeRnnException exception = Assert.Throws<NativeRnnException>(
            () => Train(model, options));

        Assert.Contains("in epoch 1, batch", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_Reports_GrowingProgress()
    {
        List<LanguageModelProgress> reports = [];
        Train(
            Model(_device, RnnCell.Gru),
            Options(epochs: 2) with { ReportInterval = TimeSpan.Zero },
            new Reports<LanguageModelProgress>(reports.Add));

        int batches = reports[0].Batches;
        Assert.Equal(2 * (batches + 1), reports.Count);
        Assert.Equal(2, reports.Count(report => report.EpochFinished));
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
        Assert.All(reports, report => Assert.True(report.LearningRate > 0));
        Assert.Null(reports[0].ValidationLoss);
        Assert.NotNull(reports[^1].ValidationLoss);
    }

    private static LanguageModel Model(Device device, RnnCell cell, long seed = 1) => new(
        new LanguageModelOptions
        {
            Cell = cell,
            Vocabulary = Vocabulary.Count,
            Embedding = 8,
            Hidden = 32,
            Layers = 2,
            Dropout = 0.1f,
            Seed = seed,
        },
        device);

    private static LanguageModelTrainingOptions Options(int epochs) => new()
    {
        Epochs = epochs,
        Batch = 4,
        Sequence = 20,
        LearningRate = 0.01f,
    };

    private static LanguageModelTrainingResult Train(
        LanguageModel model,
        LanguageModelTrainingOptions options,
        IProgress<LanguageModelProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        int[] text = Vocabulary.Encode(Text);
        return new LanguageModelTrainer(model, options).Train(
            text.AsMemory(0, 1000), text.AsMemory(1000), progress, cancellationToken);
    }

    private static float[] TrainedWeights(int threads, long seed)
    {
        using Device device = TestDevice.Open(threads);
        LanguageModel model = Model(device, RnnCell.Lstm, seed);
        Train(model, Options(epochs: 2));
        return Weights(model);
    }

    private static float[] Weights(LanguageModel model) =>
        [.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())];
}
