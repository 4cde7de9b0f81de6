using System.Text.Json.Serialization;

namespace NativeRnn.Cli.Speech;

/// <summary>What a model needs beside its network.</summary>
/// <param name="Kind">What it recognises.</param>
/// <param name="Stack">Frames of a step of its input.</param>
/// <param name="Seed">By which it was trained.</param>
internal sealed record SpeechTask(SpeechKind Kind, int Stack, long Seed)
{
    public const string Name = "speech";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SpeechTask))]
internal sealed partial class SpeechJson : JsonSerializerContext;
