using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Cli.Sentiment;

/// <summary>
/// The network: a vector for each word, an LSTM in both directions, the largest number of each of its units over
/// the sentence, and a score for each label.
/// </summary>
internal static class SentimentNetwork
{
    private const float WordDropout = 0.3f;
    private const float Dropout = 0.5f;
    private const float VectorRange = 0.25f;

    public static Sequential Create(SentimentSettings settings, int vocabulary, long seed, Device device)
    {
        RandomSeed.Set(seed);
        Sequential network = new()
        {
            new Embedding(
                vocabulary, settings.Embedding, maskZero: true, device: device,
                initializer: Initializer.RandomUniform(-VectorRange, VectorRange)),
            new StepDropout(WordDropout),
            new Dropout(Dropout),
            new Lstm(settings.Hidden, returnSequences: true, bidirectional: true),
            new GlobalMaxPool1d(),
            new Dropout(Dropout),
            new Dense(2),
        };
        network.Compile(new CrossEntropyLoss(), new Adam(), new AccuracyMetric());
        return network;
    }
}
