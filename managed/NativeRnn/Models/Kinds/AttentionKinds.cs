using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>Attention and what is made of it.</summary>
internal static class AttentionKinds
{
    internal static ModuleKind[] All { get; } =
    [
        ModuleKind.Of<AdditiveAttention>(
            nameof(AdditiveAttention),
            (layer, config) =>
            {
                config.Set("querySize", layer.QuerySize);
                config.Set("keySize", layer.KeySize);
                config.Set("units", layer.Units);
            },
            config =>
            {
                int units = config.GetSize("units");
                (int query, int key) = AdditiveSizes(config, units);
                return new AdditiveAttention(query, key, units, null, config.Device);
            }),

        ModuleKind.Of<LuongAttention>(
            nameof(LuongAttention),
            (layer, config) =>
            {
                config.Set("score", layer.ScoreKind);
                config.Set("querySize", layer.QuerySize);
                config.Set("keySize", layer.KeySize);
            },
            Luong),

        ModuleKind.Of<MultiHeadAttention>(
            nameof(MultiHeadAttention),
            (layer, config) =>
            {
                config.Set("embedDim", layer.EmbedDim);
                config.Set("heads", layer.Heads);
                config.Set("dropout", layer.Dropout);
                config.Set("bias", layer.HasBias);
            },
            config =>
            {
                int size = config.GetSize("embedDim");
                RequireHeads(config, string.Empty, size);
                return new MultiHeadAttention(
                    size, config.GetInt32("heads"), config.GetSingle("dropout"), config.GetBoolean("bias"),
                    null, config.Device);
            }),

        ModuleKind.Of<TransformerEncoderLayer>(
            nameof(TransformerEncoderLayer),
            (layer, config) =>
            {
                config.Set("embedDim", layer.EmbedDim);
                config.Set("heads", layer.Heads);
                config.Set("feedForwardSize", layer.FeedForwardSize);
                config.Set("dropout", layer.Dropout);
                config.Set("activation", layer.Activation);
                config.Set("normFirst", layer.NormFirst);
                config.Set("epsilon", layer.Epsilon);
            },
            EncoderLayer),

        ModuleKind.Of<TransformerEncoder>(
            nameof(TransformerEncoder),
            (encoder, config) =>
            {
                config.SetModules("layers", encoder.Layers);
                if (encoder.Norm is not null)
                {
                    config.Set("norm", encoder.Norm);
                }
            },
            config => new TransformerEncoder(
                config.GetModules<TransformerEncoderLayer>("layers"),
                config.Has("norm") ? config.GetModule<LayerNormalization>("norm") : null)),

        ModuleKind.Of<PositionalEncoding>(
            nameof(PositionalEncoding),
            (layer, config) =>
            {
                config.Set("embedDim", layer.EmbedDim);
                config.Set("maxLength", layer.MaxLength);
                config.Set("dropout", layer.Dropout);
                config.Set("learned", layer.Weight is not null);
            },
            config =>
            {
                (int size, int steps) = (config.GetSize("embedDim"), config.GetSize("maxLength"));
                bool learned = config.GetBoolean("learned");
                if (learned)
                {
                    config.RequireWeight("weight", steps, size);
                }

                return new PositionalEncoding(
                    size, steps, config.GetSingle("dropout"), learned, null, config.Device);
            }),
    ];

    private static LuongAttention Luong(ConfigReader config)
    {
        LuongScore score = config.GetEnum<LuongScore>("score");
        (int query, int key) = (config.GetSize("querySize"), config.GetSize("keySize"));
        switch (score)
        {
            case LuongScore.General:
                config.RequireWeight("weight.weight", query, key);
                break;
            case LuongScore.Concat:
                AdditiveSizes(config, query);
                break;
            default:
                break;
        }

        return new LuongAttention(score, query, key, null, config.Device);
    }

    private static (int Query, int Key) AdditiveSizes(ConfigReader config, int units)
    {
        (int query, int key) = (config.GetSize("querySize"), config.GetSize("keySize"));
        config.RequireWeight("score.query.weight", units, query);
        config.RequireWeight("score.key.weight", units, key);
        return (query, key);
    }

    private static TransformerEncoderLayer EncoderLayer(ConfigReader config)
    {
        (int size, int inner) = (config.GetSize("embedDim"), config.GetSize("feedForwardSize"));
        RequireHeads(config, "self_attn.", size);
        config.RequireWeight("linear1.weight", inner, size);
        config.RequireWeight("linear2.weight", size, inner);
        return new TransformerEncoderLayer(
            size,
            config.GetInt32("heads"),
            inner,
            config.GetSingle("dropout"),
            config.GetEnum<Activation>("activation"),
            config.GetBoolean("normFirst"),
            config.GetSingle("epsilon"),
            null,
            config.Device);
    }

    private static void RequireHeads(ConfigReader config, string prefix, int size)
    {
        config.RequireWeight($"{prefix}in_proj_weight", 3 * size, size);
        config.RequireWeight($"{prefix}out_proj.weight", size, size);
    }
}
