using NativeRnn.Cli.Applications;
using NativeRnn.Data;
using NativeRnn.Training;

namespace NativeRnn.Cli.Sentiment;

/// <summary>A model that was trained on all folds but one, and tested on that one.</summary>
/// <param name="Model">With the weights of its best validation.</param>
/// <param name="Run">Its training.</param>
/// <param name="ValidationAccuracy">By these weights.</param>
/// <param name="Score">On the fold that was held out.</param>
internal sealed record SentimentFold(SentimentModel Model, FitRun Run, double ValidationAccuracy, SentimentScore Score)
{
    // Folds of a seed have seeds of their own, apart from those of the next seeds.
    private const long SeedStep = 1000;
    private const int Patience = 4;
    private const double LeastGain = 1e-3;
    private const int MinCount = 2;
    private const float AverageDecay = 0.99f;
    private const float ClipNorm = 1;

    /// <summary>Trains the model of fold <paramref name="number"/>, from 0, and tests it there.</summary>
    public static SentimentFold Train(
        SentimentSettings settings, ReviewSource source, int number, Device device, Terminal terminal,
        CancellationToken cancellation)
    {
        ReviewSplit split = SentimentData.Split(source.Reviews, settings.Run.Seed, number);
        WordVocabulary vocabulary =
            WordVocabulary.FromTexts(split.Training.Select(review => review.Words), MinCount);
        Sequential network = SentimentNetwork.Create(
            settings, vocabulary.Count, (settings.Run.Seed * SeedStep) + number, device);
        Dataset validation = SentimentData.ToDataset(split.Validation, vocabulary);
        FitRun run = FitRun.Of(
            network,
            SentimentData.ToDataset(split.Training, vocabulary).Shuffle(settings.Run.Seed),
            settings.Epochs,
            new FitOptions
            {
                ValidationDataset = validation,
                WeightAverage = new ExponentialMovingAverage(network, AverageDecay, warmUp: true),
                ValidateAverage = true,
                ClipNorm = ClipNorm,
                Callbacks = [new EarlyStopping(patience: Patience, minDelta: LeastGain, restoreBestWeights: true)],
            },
            settings.Run,
            terminal,
            cancellation);
        SentimentModel model = new(network, vocabulary, device);
        double accuracy = network.Evaluate(validation, device).Metrics["accuracy"];
        return new SentimentFold(model, run, accuracy, SentimentScore.Of(model, split.Test));
    }
}
