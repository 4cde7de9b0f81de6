using NativeRnn.Cli.Applications;
using NativeRnn.Data;
using NativeRnn.Training;

namespace NativeRnn.Cli.Sentiment;

/// <summary>A network with its vocabulary: judges sentences and says which words made it do so.</summary>
/// <param name="Network">Indices of words, [B,T], to scores of the two labels, [B,2].</param>
/// <param name="Vocabulary">The words that it knows.</param>
/// <param name="Device">Where it computes.</param>
internal sealed record SentimentModel(Sequential Network, WordVocabulary Vocabulary, Device Device)
{
    private const int BatchSize = 256;

    /// <exception cref="UserErrorException">There is no such model in the directory.</exception>
    public static (SentimentModel Model, SentimentTask Task) Load(string directory, Device device)
    {
        (Sequential network, SentimentTask task) = ModelDirectory.Load<Sequential, SentimentTask>(
            directory, SentimentTask.Name, SentimentJson.Default.SentimentTask, device);
        WordVocabulary vocabulary;
        try
        {
            vocabulary = task.Vocabulary();
        }
        catch (ArgumentException error)
        {
            throw new UserErrorException($"--model {directory}: task.json is damaged: {error.Message}");
        }

        if (network.Layers is not [NativeRnn.Layers.Embedding embedding, ..] || embedding.Vocabulary != vocabulary.Count)
        {
            throw new UserErrorException(
                $"--model {directory}: model.safetensors does not fit the {vocabulary.Count} words of task.json");
        }

        return (new SentimentModel(network, vocabulary, device), task);
    }

    public void Save(string directory, SentimentTask task) => ModelDirectory.Save(
        directory, SentimentTask.Name, Network, task, SentimentJson.Default.SentimentTask);

    /// <summary>The logit of each sentence, log(p / (1 - p)), where p is the probability that it praises.</summary>
    /// <param name="sentences">Each at least one word.</param>
    public double[] Logits(IReadOnlyList<IReadOnlyList<string>> sentences)
    {
        Tensor words = SequencePadding.PadSequences(
            sentences.Select(sentence => Vocabulary.Encode(sentence)), padding: PaddingSide.Post,
            value: WordVocabulary.Padding, device: Device);
        float[] scores = Network.Predict(words, BatchSize).ToArray();
        return [.. Enumerable.Range(0, sentences.Count).Select(row => (double)scores[(2 * row) + 1] - scores[2 * row])];
    }

    /// <summary>
    /// What each word contributes: the logit of the sentence less that of the sentence without the word. Where
    /// it is the only one, an unknown word takes its place.
    /// </summary>
    public (double Logit, double[] Contributions) Explain(IReadOnlyList<string> sentence)
    {
        IReadOnlyList<string>[] without = [.. Enumerable.Range(0, sentence.Count).Select(left => Without(sentence, left))];
        double[] logits = Logits([sentence, .. without]);
        return (logits[0], [.. logits[1..].Select(logit => logits[0] - logit)]);
    }

    private static IReadOnlyList<string> Without(IReadOnlyList<string> sentence, int left) => sentence.Count == 1
        ? [Unknown]
        : [.. sentence.Where((_, place) => place != left)];

    // No word has a space.
    private const string Unknown = " ";
}
