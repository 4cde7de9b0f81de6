using System.Text.Json;
using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>What a file of Keras holds, in Keras' words.</summary>
internal static class KerasInspection
{
    // Of layers and settings that stand elsewhere: in the path, in the kind.
    private static readonly string[] Told = ["name", "trainable", "dtype", "batch_input_shape", "build_config"];

    internal static ModelDescription Read(string path, ModelFileKind kind)
    {
        using KerasFile file = KerasFile.Open(path);
        IReadOnlyList<TensorDescription> tensors = KerasTensors.Read(path, file.WeightsRoot, file.WeightBytes);
        return new ModelDescription
        {
            Kind = kind,
            FormatVersion = kind == ModelFileKind.Keras ? "3" : null,
            Producer = file.VersionText is { } version ? $"Keras {PrintableText.Of(version)}" : null,
            HasArchitecture = file.Config is not null,
            Layers = file.Config is { } config
                ? Layers(file, new KerasArchitecture(path).Read(config), tensors)
                : Groups(tensors),
            Tensors = tensors,
        };
    }

    private static List<LayerDescription> Layers(
        KerasFile file, IReadOnlyList<JsonElement> layers, IReadOnlyList<TensorDescription> tensors)
    {
        List<LayerDescription> described = [];
        KerasLayerGroups groups = new(tensors);
        foreach (JsonElement json in layers)
        {
            (string kind, JsonElement config) = Parts(file.Path, json);
            string name = Text(config, "name") ?? Text(json, "name") ?? kind;
            Dictionary<string, string> settings = JsonSettings.Of(config, Told);
            string whole = kind;
            JsonElement inner = config;
            int inners = 0;
            // A wrapper: Bidirectional(LSTM), whose settings are those of both.
            while (inner.TryGetProperty("layer", out JsonElement wrapped) && inners++ < 4)
            {
                (string innerKind, inner) = Parts(file.Path, wrapped);
                whole = $"{whole}({innerKind}";
                foreach ((string setting, string text) in JsonSettings.Of(inner, Told))
                    settings.TryAdd(setting, text);
                kind = innerKind;
            }
            whole += new string(')', Math.Min(inners, 4));
            described.Add(LayerDescription.Of(
                name, whole, settings, OutputSizeOf(kind, settings),
                GatesOf(kind, file.Version), groups.Of(name, Text(json, "class_name")!)));
        }
        return described;
    }

    private static (string Kind, JsonElement Config) Parts(string path, JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && Text(json, "class_name") is { } kind
        && json.TryGetProperty("config", out JsonElement config) && config.ValueKind == JsonValueKind.Object
            ? (PrintableText.Of(kind), config)
            : throw new ModelFormatException(path, "model_config", "a layer must have a class_name and a config");

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static int? OutputSizeOf(string kind, Dictionary<string, string> settings)
    {
        int? size = JsonSettings.Size(settings, "units") ?? JsonSettings.Size(settings, "output_dim");
        bool both = settings.GetValueOrDefault("merge_mode") == "concat";
        return kind is "InputLayer" ? null : both ? 2 * size : size;
    }

    private static string? GatesOf(string kind, KerasVersion version) => kind switch
    {
        // Keras 1 has arrays of their own for the gates, in this order.
        "LSTM" when version.Major == 1 => "i c f o",
        "LSTM" or "CuDNNLSTM" => GateLayouts.KerasLstm,
        "GRU" or "CuDNNGRU" => GateLayouts.KerasGru,
        _ => null,
    };

    // Weights without a model: a layer for each group.
    private static LayerDescription[] Groups(IReadOnlyList<TensorDescription> tensors) =>
    [
        .. tensors.GroupBy(tensor => tensor.Name.Split('/')[0]).Select(group => LayerDescription.Of(
            group.Key, "tensors", new Dictionary<string, string>(), null, null, group)),
    ];
}
