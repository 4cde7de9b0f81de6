using System.Text.Json.Serialization;

namespace NativeRnn.Training;

/// <summary>What model.json says.</summary>
internal sealed record LanguageModelFile
{
    internal const string FormatName = "nativernn-language-model";
    internal const int NewestVersion = 1;

    public string? Format { get; init; }

    public int Version { get; init; }

    public string? Cell { get; init; }

    public int Embedding { get; init; }

    public int Hidden { get; init; }

    public int Layers { get; init; }

    public float Dropout { get; init; }

    /// <summary>UTF-16 code units: half of a pair alone could not be written as text.</summary>
    public int[]? Vocabulary { get; init; }
}

/// <summary>Reads and writes <see cref="LanguageModelFile"/> without reflection.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LanguageModelFile))]
internal sealed partial class LanguageModelJson : JsonSerializerContext;
