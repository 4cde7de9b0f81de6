using System.Text.Json;
using NativeRnn.Formats;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>The layers of a <see cref="SavedModel"/>, out of its JSON: no module is made.</summary>
internal sealed class SavedModelLayers
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = ModelWriter.MaxDepth };

    private readonly List<(string Path, string Kind, Dictionary<string, string> Settings)> _found = [];

    private SavedModelLayers()
    {
    }

    internal static IReadOnlyList<LayerDescription> Read(
        string path, string config, IReadOnlyList<TensorDescription> tensors)
    {
        SavedModelLayers layers = new();
        try
        {
            using JsonDocument document = JsonDocument.Parse(config, Options);
            layers.CollectWithin(document.RootElement.GetProperty("model"));
        }
        catch (Exception exception) when (exception
            is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Not JSON, another kind of value than it should be, half of a surrogate pair, no model.
            throw new ModelFormatException(
                path, SavedModel.MetadataName, $"no settings of a model: {exception.Message}", exception);
        }

        ILookup<string, TensorDescription> owned = TensorOwners.ByPath(
            layers._found.Select(layer => layer.Path), tensors);
        return
        [
            .. layers._found
                .Where(layer => layer.Kind != nameof(Training.Sequential) || owned[layer.Path].Any())
                .Select(layer => Describe(layer.Path, layer.Kind, layer.Settings, [.. owned[layer.Path]])),
        ];
    }

    // A module is an object with a kind; others, and lists, hold modules or settings.
    private void CollectWithin(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
                CollectWithin(item);
        }
        if (element.ValueKind != JsonValueKind.Object)
            return;
        if (element.TryGetProperty(ConfigWriter.Kind, out JsonElement kind))
        {
            _found.Add((
                element.GetProperty(ConfigWriter.Name).GetString()!, kind.GetString()!, SettingsOf(element)));
        }
        foreach (JsonProperty property in element.EnumerateObject())
            CollectWithin(property.Value);
    }

    private static Dictionary<string, string> SettingsOf(JsonElement module)
    {
        Dictionary<string, string> settings = JsonSettings.Of(module, ConfigWriter.Kind, ConfigWriter.Name);
        foreach (JsonProperty property in module.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Object
                || property.Value.TryGetProperty(ConfigWriter.Kind, out _)
                || property.Value.TryGetProperty(ConfigWriter.Same, out _))
                continue;
            foreach ((string name, string text) in JsonSettings.Of(property.Value))
                settings[$"{property.Name}.{name}"] = text;
        }
        return settings;
    }

    private static LayerDescription Describe(
        string path, string kind, Dictionary<string, string> settings, TensorDescription[] tensors) =>
        LayerDescription.Of(
            path, kind, settings, OutputSizeOf(kind, settings, tensors), GateLayouts.OfKind(kind), tensors);

    private static int? OutputSizeOf(string kind, Dictionary<string, string> settings, TensorDescription[] tensors)
    {
        switch (kind)
        {
            case nameof(Linear) or nameof(Dense):
                return tensors.FirstOrDefault(tensor => tensor.Name.Split('.')[^1] == "weight")?.Shape[0];
            case nameof(Embedding):
                return JsonSettings.Size(settings, "dimension");
            case nameof(LayerNormalization):
                return JsonSettings.Size(settings, "normalizedSize");
            case nameof(Conv1d):
                return JsonSettings.Size(settings, "outChannels");
        }
        int? projected = JsonSettings.Size(settings, "projectionSize");
        int? size = projected > 0 ? projected : JsonSettings.Size(settings, "hiddenSize");
        bool both = JsonSettings.IsTrue(settings, "bidirectional")
            && settings.GetValueOrDefault("options.mergeMode", nameof(MergeMode.Concat)) == nameof(MergeMode.Concat);
        return both ? 2 * size : size;
    }
}
