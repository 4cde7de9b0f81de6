using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Cli.Translation;

/// <summary>The network and how it is trained.</summary>
internal static class TranslationNetwork
{
    private const float Dropout = 0.2f;
    private const float LabelSmoothing = 0.1f;
    private const float HighestRate = 3e-3f;
    private const double Rise = 0.1;

    /// <summary>
    /// A GRU that reads both ways, one that writes and looks at what was read. What it writes is chosen by the vectors
    /// that the decoder reads: a large vocabulary then costs little.
    /// </summary>
    public static Seq2Seq Create(
        TranslationSettings settings, SubwordVocabulary source, SubwordVocabulary target, Device device) => new(
        new Seq2SeqOptions
        {
            SourceVocabulary = source.Count,
            TargetVocabulary = target.Count,
            StartToken = target.StartToken,
            EndToken = target.EndToken,
            EmbeddingSize = settings.Embedding,
            HiddenSize = settings.Hidden,
            OutputSize = settings.Embedding,
            TiedOutput = true,
            Cell = RnnCell.Gru,
            Bidirectional = true,
            Attention = Seq2SeqAttention.General,
            Dropout = Dropout,
            Seed = settings.Run.Seed,
        },
        device);

    /// <param name="network">What <see cref="Create"/> made.</param>
    /// <param name="steps">Of the whole training.</param>
    public static Sequential Compile(Seq2Seq network, long steps)
    {
        Sequential model = new(network);
        model.Compile(
            new CrossEntropyLoss(labelSmoothing: LabelSmoothing),
            new Adam { Schedule = new OneCycleSchedule(HighestRate, steps, Rise) });
        return model;
    }
}
