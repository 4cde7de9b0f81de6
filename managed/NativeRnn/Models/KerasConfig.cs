using System.Text.Json;
using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>
/// The settings of one layer as Keras' JSON has them. A setting may have an older name, too: that of Keras 1.
/// </summary>
/// <param name="path">The file, for messages.</param>
/// <param name="place">The layer, for messages: "layer 'lstm_1' (LSTM)".</param>
/// <param name="json">An object; settings that are null count as left out.</param>
/// <param name="version">Which Keras wrote them.</param>
internal sealed class KerasConfig(string path, string place, JsonElement json, KerasVersion version)
{
    internal KerasVersion Version => version;

    internal JsonElement? Find(string name, string? older = null)
    {
        foreach (string? known in new[] { name, older })
        {
            if (known is not null && json.TryGetProperty(known, out JsonElement value)
                && value.ValueKind is not JsonValueKind.Null)
            {
                return value;
            }
        }

        return null;
    }

    internal JsonElement Get(string name, string? older = null) =>
        Find(name, older) ?? throw Invalid($"the setting '{name}' is missing");

    /// <summary>A whole number of at least 1.</summary>
    internal int GetSize(string name, string? older = null)
    {
        JsonElement value = Get(name, older);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            && number >= 1 && number <= int.MaxValue && number == Math.Floor(number)
            ? (int)number
            : throw Wrong(name, value, "a whole number of at least 1");
    }

    internal float GetFloat(string name, float standard, string? older = null)
    {
        if (Find(name, older) is not JsonElement value)
        {
            return standard;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            && float.IsFinite((float)number)
            ? (float)number
            : throw Wrong(name, value, "a finite number");
    }

    internal bool GetBool(string name, bool standard, string? older = null) =>
        Find(name, older) switch
        {
            null => standard,
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            JsonElement value => throw Wrong(name, value, "true or false"),
        };

    internal string GetText(string name, string standard, string? older = null) =>
        Find(name, older) switch
        {
            null => standard,
            { ValueKind: JsonValueKind.String } value => value.GetString()!,
            JsonElement value => throw Wrong(name, value, "a text"),
        };

    /// <summary>Throws if a setting that is not supported is switched on.</summary>
    internal void Refuse(string name)
    {
        if (GetBool(name, false))
        {
            throw Invalid($"{name}=True is not supported");
        }
    }

    internal ModelFormatException Wrong(string name, JsonElement value, string wanted) =>
        Invalid($"{name} is {PrintableText.Of(value.GetRawText())}, must be {wanted}");

    internal ModelFormatException Invalid(string what, Exception? inner = null) => new(path, place, what, inner);
}
