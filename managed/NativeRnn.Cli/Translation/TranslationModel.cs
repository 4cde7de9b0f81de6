using NativeRnn.Cli.Applications;
using NativeRnn.Data;
using NativeRnn.Layers;

namespace NativeRnn.Cli.Translation;

/// <summary>A network with its vocabularies: translates sentences.</summary>
/// <param name="Network">From tokens to tokens.</param>
/// <param name="Source">What it reads.</param>
/// <param name="Target">What it writes.</param>
/// <param name="Device">Where it computes.</param>
internal sealed record TranslationModel(
    Seq2Seq Network, SubwordVocabulary Source, SubwordVocabulary Target, Device Device)
{
    // Rows of the decoder: sentences times the width of the beam.
    private const int BatchRows = 160;

    // About the mean log-probability of a piece decides; without a penalty short translations win.
    private const double LengthPenalty = 1;

    /// <exception cref="UserErrorException">There is no such model in the directory.</exception>
    public static (TranslationModel Model, TranslationTask Task) Load(string directory, Device device)
    {
        (Seq2Seq network, TranslationTask task) = ModelDirectory.Load<Seq2Seq, TranslationTask>(
            directory, TranslationTask.Name, TranslationJson.Default.TranslationTask, device);
        TranslationModel model;
        try
        {
            model = new(network, task.Source.ToVocabulary(), task.Target.ToVocabulary(), device);
        }
        catch (ArgumentException error)
        {
            throw new UserErrorException($"--model {directory}: task.json is damaged: {error.Message}");
        }

        return network.Options.SourceVocabulary == model.Source.Count
            && network.Options.TargetVocabulary == model.Target.Count
            ? (model, task)
            : throw new UserErrorException(
                $"--model {directory}: model.safetensors does not fit the {model.Source.Pieces.Words.Count} and " +
                $"{model.Target.Pieces.Words.Count} pieces of task.json");
    }

    public void Save(string directory, TranslationTask task) => ModelDirectory.Save(
        directory, TranslationTask.Name, Network, task, TranslationJson.Default.TranslationTask);

    /// <summary>Translates sentences, those of about one length together.</summary>
    /// <param name="sentences">Each at least one word.</param>
    /// <param name="beam">Sentences that are kept at each step, at least 1.</param>
    /// <param name="cancellation">Ends between batches.</param>
    public TranslatedSentence[] Translate(
        IReadOnlyList<string[]> sentences, int beam, CancellationToken cancellation = default)
    {
        int[][] tokens = [.. sentences.Select(Source.Encode)];
        TranslatedSentence[] translations = new TranslatedSentence[tokens.Length];
        IEnumerable<int> byLength = Enumerable.Range(0, tokens.Length).OrderBy(row => tokens[row].Length);
        foreach (int[] rows in byLength.Chunk(Math.Max(1, BatchRows / beam)))
        {
            cancellation.ThrowIfCancellationRequested();
            DecodedSequence[] decoded = Decode([.. rows.Select(row => tokens[row])], beam);
            for (int place = 0; place < rows.Length; place++)
            {
                translations[rows[place]] = Finish(tokens[rows[place]], decoded[place]);
            }
        }

        return translations;
    }

    private DecodedSequence[] Decode(int[][] tokens, int beam)
    {
        using GradientTape tape = Device.Record(gradients: false);
        Tensor source = SequencePadding.PadSequences(
            tokens, padding: PaddingSide.Post, value: WordVocabulary.Padding, device: Device);
        Tensor lengths = Tensor.From([.. tokens.Select(row => row.Length)], [tokens.Length], Device);
        BeamSearchOptions search = new()
        {
            Width = beam,
            MaxLength = (2 * source.Shape[1]) + 10,
            LengthPenalty = LengthPenalty,
        };
        return [.. Network.BeamSearch(source, search, lengths).Select(beams => beams[0])];
    }

    private TranslatedSentence Finish(int[] tokens, DecodedSequence decoded) => new(
        Target.Decode(decoded.Tokens),
        Source.DecodePieces(tokens),
        Target.DecodePieces(decoded.Tokens),
        [.. decoded.Attention!],
        decoded.LogProbability);
}
