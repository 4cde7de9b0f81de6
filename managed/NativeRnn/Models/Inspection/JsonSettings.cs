using System.Text.Json;

namespace NativeRnn.Models;

/// <summary>Settings of layers that stand in JSON, as texts.</summary>
internal static class JsonSettings
{
    // A setting is for people to read.
    private const int MaxLength = 200;

    /// <summary>The properties that are numbers, texts, truth values, or lists of them.</summary>
    internal static Dictionary<string, string> Of(JsonElement config, params ReadOnlySpan<string> without)
    {
        Dictionary<string, string> settings = new(StringComparer.Ordinal);
        foreach (JsonProperty property in config.EnumerateObject())
        {
            if (!without.Contains(property.Name) && TextOf(property.Value) is { } text)
                settings[property.Name] = text;
        }
        return settings;
    }

    /// <summary>A whole number among settings; null: it is not there.</summary>
    internal static int? Size(IReadOnlyDictionary<string, string> settings, string name) =>
        settings.TryGetValue(name, out string? text) && int.TryParse(text, out int size) ? size : null;

    /// <summary>Whether a setting is there and says yes.</summary>
    internal static bool IsTrue(IReadOnlyDictionary<string, string> settings, string name) =>
        settings.TryGetValue(name, out string? text) && text == "true";

    private static string? TextOf(JsonElement value)
    {
        string? text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Array when value.EnumerateArray().All(IsPlain) => value.GetRawText(),
            _ => null,
        };
        return text?.Length > MaxLength ? text[..MaxLength] + "..." : text;
    }

    private static bool IsPlain(JsonElement item) =>
        item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);
}
