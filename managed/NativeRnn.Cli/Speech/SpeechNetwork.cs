using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Cli.Speech;

/// <summary>
/// The network: LSTMs in both directions over the features; for one digit the mean over time and a score for each; for
/// strings, scores of the digits and of the blank at each step.
/// </summary>
internal static class SpeechNetwork
{
    /// <summary>The class of a string's network that stands for no digit.</summary>
    public const int Blank = SpeechData.Labels;

    private const float InputDropout = 0.1f;
    private const float Dropout = 0.3f;
    private const float LabelSmoothing = 0.1f;
    private const double WarmUp = 0.05;

    public static Sequential Create(SpeechSettings settings, int batches)
    {
        RandomSeed.Set(settings.Run.Seed);
        Sequential network = [new Dropout(InputDropout)];
        for (int layer = 0; layer < settings.Layers; layer++)
        {
            network.Add(new Lstm(settings.Hidden, returnSequences: true, bidirectional: true));
            network.Add(new Dropout(Dropout));
        }

        Optimizer optimizer = new AdamW
        {
            Schedule = new CosineSchedule(settings.LearningRate, (long)settings.Epochs * batches, WarmUp),
        };
        if (settings.Kind == SpeechKind.Digit)
        {
            network.Add(new GlobalAveragePool1d());
            network.Add(new Dense(SpeechData.Labels));
            network.Compile(
                new SparseCategoricalCrossEntropy(labelSmoothing: LabelSmoothing), optimizer, new AccuracyMetric());
        }
        else
        {
            network.Add(new Dense(SpeechData.Labels + 1));
            network.Compile(new CtcLoss(Blank, zeroInfinity: true), optimizer);
        }

        return network;
    }
}
