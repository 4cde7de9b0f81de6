using System.Text.Json;
using NativeRnn.Formats;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>Makes modules of the layers in Keras' JSON; they have no weights yet.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="version">Which Keras wrote it.</param>
/// <param name="device">Of the weights.</param>
/// <param name="weightBytes">
/// Bytes that hold all weights: a table that is larger can't be in the file and is not made.
/// </param>
internal sealed class KerasLayers(string path, KerasVersion version, Device device, long weightBytes)
{
    /// <summary>For messages.</summary>
    internal const string Supported =
        "LSTM, GRU, SimpleRNN, CuDNNLSTM, CuDNNGRU, Bidirectional, TimeDistributed, Embedding, Dense, Dropout, " +
        "Masking, LayerNormalization, Activation and InputLayer";

    // Wrappers in wrappers.
    private const int MaxDepth = 4;

    // Half-precision numbers, the smallest that are read.
    private long _numbersLeft = weightBytes / 2;

    // Axes of what the next layer gets, the batch's included; null: not known.
    private int? _rank;

    /// <summary>The layer that a JSON object {"class_name": .., "config": {..}} describes.</summary>
    internal KerasLayer Create(JsonElement json, int depth = 0)
    {
        (string kind, string name, KerasConfig config) = Describe(json);
        if (depth > MaxDepth)
        {
            throw config.Invalid($"layers in layers deeper than {MaxDepth}");
        }

        if (depth == 0)
        {
            _rank = RankOf(config) ?? _rank;
        }

        try
        {
            return Create(kind, name, config, depth);
        }
        catch (ArgumentException exception)
        {
            // A setting that Keras would refuse, too: a rate above 1.
            throw config.Invalid(exception.Message, exception);
        }
    }

    private KerasLayer Create(string kind, string name, KerasConfig config, int depth) => kind switch
    {
        "LSTM" or "GRU" or "SimpleRNN" or "CuDNNLSTM" or "CuDNNGRU" => CreateRecurrent(kind, name, config),
        "Bidirectional" => CreateBidirectional(name, config),
        "TimeDistributed" => CreateTimeDistributed(name, config, depth),
        "Embedding" => new KerasLayer(kind, name, CreateEmbedding(config)),
        "Dense" => new KerasLayer(kind, name, CreateDense(config)),
        "Dropout" => new KerasLayer(kind, name, CreateDropout(config)),
        "Masking" => new KerasLayer(kind, name, new Masking(config.GetFloat("mask_value", 0))),
        "LayerNormalization" => CreateNormalization(name, config),
        "Activation" => new KerasLayer(
            kind, name, new ActivationLayer(KerasActivations.OfLayer(config, "activation"))),
        "InputLayer" => new KerasLayer(kind, name, null),
        _ => throw config.Invalid($"a layer of class {PrintableText.Of(kind)} is not supported; {Supported} are"),
    };

    private (string Kind, string Name, KerasConfig Config) Describe(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || TextOf(json, "class_name") is not string kind
            || !json.TryGetProperty("config", out JsonElement settings) || settings.ValueKind != JsonValueKind.Object)
        {
            throw new ModelFormatException(
                path, "model_config",
                "a layer must have a class_name and a config: " + PrintableText.Of(json.GetRawText()));
        }

        string name = TextOf(settings, "name") ?? TextOf(json, "name") ?? kind;
        string place = $"layer '{PrintableText.Of(name)}' ({PrintableText.Of(kind)})";
        KerasConfig config = new(path, place, settings, version);
        return TextOf(json, "module") is not string module || module.StartsWith("keras", StringComparison.Ordinal)
            ? (kind, name, config)
            : throw config.Invalid(
                $"a class of the module '{PrintableText.Of(module)}'; Keras' own layers are supported");
    }

    private KerasLayer CreateRecurrent(string kind, string name, KerasConfig config)
    {
        RecurrentLayer layer = KerasRecurrent.Create(kind, config, bidirectional: false, MergeMode.Concat);
        _rank = layer.Settings.ReturnSequences ? 3 : 2;
        return new KerasLayer(kind, name, layer) { IsCuDnn = KerasRecurrent.IsCuDnn(kind) };
    }

    private KerasLayer CreateBidirectional(string name, KerasConfig config)
    {
        string mode = config.GetText("merge_mode", "none");
        MergeMode merge = mode switch
        {
            "concat" => MergeMode.Concat,
            "sum" => MergeMode.Sum,
            "mul" => MergeMode.Mul,
            "ave" => MergeMode.Average,
            _ => throw config.Invalid(
                $"merge_mode={PrintableText.Of(mode)} is not supported; concat, sum, mul and ave are"),
        };
        (string kind, _, KerasConfig inner) = Describe(config.Get("layer"));
        if (kind is not ("LSTM" or "GRU" or "SimpleRNN" or "CuDNNLSTM" or "CuDNNGRU"))
        {
            throw inner.Invalid(
                $"{PrintableText.Of(kind)} in Bidirectional is not supported; LSTM, GRU and SimpleRNN are");
        }

        inner.Refuse("go_backwards");
        RecurrentLayer layer = KerasRecurrent.Create(kind, inner, bidirectional: true, merge);
        RequireTwin(config, kind, layer);
        _rank = layer.Settings.ReturnSequences ? 3 : 2;
        return new KerasLayer("Bidirectional", name, layer) { IsCuDnn = KerasRecurrent.IsCuDnn(kind) };
    }

    // Since TensorFlow 2.1 the backward layer may be stated, too.
    private void RequireTwin(KerasConfig config, string kind, RecurrentLayer forward)
    {
        if (config.Find("backward_layer") is not JsonElement json)
        {
            return;
        }

        (string other, _, KerasConfig settings) = Describe(json);
        RecurrentLayer backward = other == kind
            ? KerasRecurrent.Create(other, settings, bidirectional: true, forward.Settings.Options.MergeMode)
            : throw settings.Invalid(
                $"backward_layer is {PrintableText.Of(other)}, the forward one {kind}; both must be alike");
        RecurrentOptions options = backward.Settings.Options with { GoBackwards = false };
        if (!backward.GoBackwards || backward.Settings with { Options = options } != forward.Settings)
        {
            throw settings.Invalid("backward_layer must have the forward one's settings, and go_backwards");
        }
    }

    private KerasLayer CreateTimeDistributed(string name, KerasConfig config, int depth)
    {
        _rank--;
        KerasLayer inner = Create(config.Get("layer"), depth + 1);
        _rank++;
        return inner.Module is Module module
            ? new KerasLayer("TimeDistributed", name, new TimeDistributed(module)) { Inner = inner }
            : throw config.Invalid("an InputLayer in TimeDistributed");
    }

    private Embedding CreateEmbedding(KerasConfig config)
    {
        int vocabulary = config.GetSize("input_dim");
        int dimension = config.GetSize("output_dim");
        if (config.GetFloat("dropout", 0) != 0)
        {
            throw config.Invalid("dropout of whole words (Keras 1) is not supported");
        }

        _numbersLeft -= (long)vocabulary * dimension;
        if (_numbersLeft < 0)
        {
            throw config.Invalid($"a table of {vocabulary} x {dimension} numbers does not fit into the file");
        }

        _rank++;
        return new Embedding(vocabulary, dimension, device: device, maskZero: config.GetBool("mask_zero", false));
    }

    private static Dense CreateDense(KerasConfig config) => new(
        config.GetSize("units", "output_dim"),
        KerasActivations.OfLayer(config, "activation"),
        config.GetBool("use_bias", true, "bias"));

    private static Dropout CreateDropout(KerasConfig config) => config.Find("noise_shape") is null
        ? new Dropout(config.GetFloat("rate", 0, "p"))
        : throw config.Invalid("noise_shape is not supported");

    private KerasLayer CreateNormalization(string name, KerasConfig config)
    {
        config.Refuse("rms_scaling");
        RequireLastAxis(config);
        bool scale = config.GetBool("scale", true);
        bool center = config.GetBool("center", true);
        LayerNormalization layer = new(config.GetFloat("epsilon", 1e-3f), affine: scale || center);
        return new KerasLayer("LayerNormalization", name, layer) { HasScale = scale, HasCenter = center };
    }

    private void RequireLastAxis(KerasConfig config)
    {
        if (config.Find("axis") is not JsonElement axis)
        {
            return;
        }

        JsonElement one = axis.ValueKind == JsonValueKind.Array && axis.GetArrayLength() == 1 ? axis[0] : axis;
        bool isNumber = one.ValueKind == JsonValueKind.Number && one.TryGetInt32(out _);
        int index = isNumber ? one.GetInt32() : 0;
        if (index != -1 && (index < 1 || index != _rank - 1))
        {
            throw config.Wrong("axis", axis, $"the last one, -1{(_rank is int rank ? $" or {rank - 1}" : "")}");
        }
    }

    private static int? RankOf(KerasConfig config) =>
        config.Find("batch_input_shape", "batch_shape") is { ValueKind: JsonValueKind.Array } shape
            ? shape.GetArrayLength()
            : null;

    private static string? TextOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
