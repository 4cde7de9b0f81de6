using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Models;

/// <summary>Whole models, and layers made of other layers.</summary>
internal static class ModelKinds
{
    private const string Shapes = "outputShapes";

    internal static ModuleKind[] All { get; } =
    [
        ModuleKind.Of<Sequential>(
            nameof(Sequential),
            (model, config) =>
            {
                config.SetModules("layers", model.Layers);
                config.SetShapes(Shapes, model.OutputShapes);
            },
            config =>
            {
                Sequential model = new([.. config.GetModules<Module>("layers")]);
                int[]?[] shapes = config.GetShapes(Shapes);
                model.OutputShapes = shapes.Length == model.Layers.Count
                    ? shapes
                    : throw config.Invalid($"{model.Layers.Count} layers have {shapes.Length} {Shapes}");
                return model;
            }),

        ModuleKind.Of<Bidirectional>(
            nameof(Bidirectional),
            (pair, config) =>
            {
                config.Set("forward", pair.ForwardLayer);
                config.Set("backward", pair.BackwardLayer);
                config.Set("mergeMode", pair.MergeMode);
            },
            config => new Bidirectional(
                config.GetModule<Module>("forward"),
                config.GetModule<Module>("backward"),
                config.GetEnum<MergeMode>("mergeMode"))),

        ModuleKind.Of<TimeDistributed>(
            nameof(TimeDistributed),
            (layer, config) => config.Set("module", layer.Module),
            config => new TimeDistributed(config.GetModule<Module>("module"))),

        ModuleKind.Of<Seq2Seq>(nameof(Seq2Seq), WriteSeq2Seq, ReadSeq2Seq),

        ModuleKind.Of<LanguageModel>(nameof(LanguageModel), WriteLanguageModel, ReadLanguageModel),
    ];

    private static void WriteSeq2Seq(Seq2Seq model, ConfigWriter config)
    {
        Seq2SeqOptions options = model.Options;
        config.Set("sourceVocabulary", options.SourceVocabulary);
        config.Set("targetVocabulary", options.TargetVocabulary);
        config.Set("startToken", options.StartToken);
        config.Set("endToken", options.EndToken);
        config.Set("embeddingSize", options.EmbeddingSize);
        config.Set("hiddenSize", options.HiddenSize);
        config.Set("outputSize", options.OutputInput);
        config.Set("tiedOutput", options.TiedOutput);
        config.Set("numLayers", options.NumLayers);
        config.Set("cell", options.Cell);
        config.Set("bidirectional", options.Bidirectional);
        config.Set("attention", options.Attention);
        config.Set("dropout", options.Dropout);
        config.Set("drawSamples", options.DrawSamples);
    }

    private static Seq2Seq ReadSeq2Seq(ConfigReader config)
    {
        Seq2SeqOptions options = new Seq2SeqOptions
        {
            SourceVocabulary = config.GetInt32("sourceVocabulary"),
            TargetVocabulary = config.GetInt32("targetVocabulary"),
            StartToken = config.GetInt32("startToken"),
            EndToken = config.GetInt32("endToken"),
            EmbeddingSize = config.GetInt32("embeddingSize"),
            HiddenSize = config.GetInt32("hiddenSize"),
            OutputSize = config.GetInt32("outputSize"),
            TiedOutput = config.GetBoolean("tiedOutput"),
            NumLayers = config.GetInt32("numLayers"),
            Cell = config.GetEnum<RnnCell>("cell"),
            Bidirectional = config.GetBoolean("bidirectional"),
            Attention = config.GetEnum<Seq2SeqAttention>("attention"),
            Dropout = config.GetSingle("dropout"),
            DrawSamples = config.GetBoolean("drawSamples"),
        }.Checked();
        RequireWeights(config, options);
        return new Seq2Seq(options, config.Device);
    }

    private static void RequireWeights(ConfigReader config, Seq2SeqOptions options)
    {
        (int embedding, int hidden) = (options.EmbeddingSize, options.HiddenSize);
        RecurrentSettings decoder = new RecurrentSettings
        {
            Cell = options.Cell,
            HiddenSize = hidden,
            NumLayers = options.NumLayers,
        }.Checked("hiddenSize");
        RecurrentSettings encoder = decoder with
        {
            HiddenSize = options.Bidirectional ? hidden / 2 : hidden,
            Bidirectional = options.Bidirectional,
        };
        config.RequireWeight("source_embedding.weight", options.SourceVocabulary, embedding);
        config.RequireWeight("target_embedding.weight", options.TargetVocabulary, embedding);
        RecurrentKinds.RequireWeights(config, "encoder.", encoder, embedding);
        RecurrentKinds.RequireWeights(config, "decoder.", decoder, embedding);
        if (!options.TiedOutput)
        {
            config.RequireWeight("output.weight", options.TargetVocabulary, options.OutputInput);
        }
    }

    private static void WriteLanguageModel(LanguageModel model, ConfigWriter config)
    {
        LanguageModelOptions options = model.Options;
        config.Set("cell", options.Cell);
        config.Set("vocabulary", options.Vocabulary);
        config.Set("embedding", options.Embedding);
        config.Set("hidden", options.Hidden);
        config.Set("layers", options.Layers);
        config.Set("dropout", options.Dropout);
    }

    private static LanguageModel ReadLanguageModel(ConfigReader config)
    {
        LanguageModelOptions options = new()
        {
            Cell = config.GetEnum<RnnCell>("cell"),
            Vocabulary = config.GetInt32("vocabulary"),
            Embedding = config.GetInt32("embedding"),
            Hidden = config.GetInt32("hidden"),
            Layers = config.GetInt32("layers"),
            Dropout = config.GetSingle("dropout"),
        };
        options.Check();
        config.RequireWeight("embedding.weight", options.Vocabulary, options.Embedding);
        RecurrentSettings settings = new()
        {
            Cell = options.Cell,
            HiddenSize = options.Hidden,
            NumLayers = options.Layers,
        };
        RecurrentKinds.RequireWeights(config, "rnn.", settings, options.Embedding);
        config.RequireWeight("output.weight", options.Vocabulary, options.Hidden);
        return new LanguageModel(options, config.Device);
    }
}
