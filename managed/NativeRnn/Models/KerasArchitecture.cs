using System.Text.Json;
using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>
/// The layers of a model in Keras' JSON, in the order in which they run: of a Sequential, or of a Functional model
/// that is a chain.
/// </summary>
/// <param name="path">The file, for messages.</param>
internal sealed class KerasArchitecture(string path)
{
    private const string Place = "model_config";
    private const int MaxDepth = 64;
    private const int MaxLayers = 4096;

    /// <summary>The layers' JSON, each {"class_name": .., "config": {..}}.</summary>
    /// <param name="text">The model's JSON.</param>
    internal IReadOnlyList<JsonElement> Read(string text)
    {
        JsonElement model = Parse(text);
        string kind = TextOf(model, "class_name") ?? throw Invalid("it must have a class_name");
        if (!model.TryGetProperty("config", out JsonElement config))
        {
            throw Invalid("it must have a config");
        }

        return kind switch
        {
            "Sequential" => LayersOf(config),
            "Functional" or "Model" => InOrder(config),
            _ => throw Invalid(
                $"a model of class {PrintableText.Of(kind)} is not supported; Sequential ones and Functional ones that " +
                "are a chain are"),
        };
    }

    private JsonElement Parse(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            RequireTexts(document.RootElement);
            return document.RootElement.Clone();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ModelFormatException(path, Place, $"no JSON: {exception.Message}", exception);
        }
    }

    // A text may hold half of a character of two ("\ud800"), which comes out only when it is asked for.
    private static void RequireTexts(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            json.GetString();
        }
        else if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in json.EnumerateArray())
            {
                RequireTexts(item);
            }
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in json.EnumerateObject())
            {
                _ = property.Name;
                RequireTexts(property.Value);
            }
        }
    }

    // Up to Keras 2.1 the config of a Sequential is the list itself.
    private JsonElement[] LayersOf(JsonElement config)
    {
        JsonElement layers = config;
        if (config.ValueKind == JsonValueKind.Object && !config.TryGetProperty("layers", out layers))
        {
            throw Invalid("the config has no layers");
        }

        if (layers.ValueKind != JsonValueKind.Array || layers.GetArrayLength() == 0)
        {
            throw Invalid("layers must be a list that is not empty");
        }

        return layers.GetArrayLength() <= MaxLayers
            ? [.. layers.EnumerateArray()]
            : throw Invalid($"{layers.GetArrayLength()} layers; at most {MaxLayers} are read");
    }

    // Each layer must get the output of the one before and of no other.
    private JsonElement[] InOrder(JsonElement config)
    {
        JsonElement[] layers = config.ValueKind == JsonValueKind.Object
            ? LayersOf(config)
            : throw Invalid("the config must be an object");
        Dictionary<string, JsonElement> followers = new(StringComparer.Ordinal);
        JsonElement? first = null;
        foreach (JsonElement layer in layers)
        {
            if (SourceOf(layer) is string source)
            {
                if (!followers.TryAdd(source, layer))
                {
                    throw NoChain($"two layers get the output of '{PrintableText.Of(source)}'");
                }
            }
            else
            {
                first = first is null ? layer : throw NoChain("it has two inputs");
            }
        }

        List<JsonElement> chain = [];
        for (JsonElement? at = first; at is JsonElement layer && chain.Count < layers.Length;)
        {
            chain.Add(layer);
            at = followers.TryGetValue(NameOf(layer), out JsonElement next) ? next : null;
        }

        return chain.Count == layers.Length ? [.. chain] : throw NoChain("it has layers that don't follow the input");
    }

    private string NameOf(JsonElement layer) =>
        TextOf(layer, "name") ?? throw Invalid("a layer of a Functional model must have a name");

    private static string? TextOf(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // The layer whose output it gets; null: an input.
    private string? SourceOf(JsonElement layer)
    {
        string name = NameOf(layer);
        if (!layer.TryGetProperty("inbound_nodes", out JsonElement nodes) || nodes.ValueKind != JsonValueKind.Array)
        {
            throw Invalid($"layer '{PrintableText.Of(name)}' has no inbound_nodes");
        }

        if (nodes.GetArrayLength() == 0)
        {
            return null;
        }

        string[] sources = [.. Sources(nodes).Take(2)];
        return nodes.GetArrayLength() == 1 && sources.Length == 1
            ? sources[0]
            : throw NoChain($"layer '{PrintableText.Of(name)}' is used more than once or gets several outputs");
    }

    // Keras 2: [[["name", 0, 0, {}]]]; Keras 3: objects with "keras_history": ["name", 0, 0] somewhere in them.
    private static IEnumerable<string> Sources(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Array when IsSource(json):
                return [json[0].GetString()!];
            case JsonValueKind.Array:
                return json.EnumerateArray().SelectMany(Sources);
            case JsonValueKind.Object:
                return json.EnumerateObject().SelectMany(property => Sources(property.Value));
            default:
                return [];
        }
    }

    private static bool IsSource(JsonElement json) =>
        json.GetArrayLength() is 3 or 4 && json[0].ValueKind == JsonValueKind.String
        && json[1].ValueKind == JsonValueKind.Number && json[2].ValueKind == JsonValueKind.Number;

    private ModelFormatException NoChain(string why) => Invalid(
        $"a Functional model must be a chain of layers, each with one input and one output: {why}");

    private ModelFormatException Invalid(string what) => new(path, Place, what);
}
