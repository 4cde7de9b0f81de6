using System.Text.Json.Serialization;
using NativeRnn.Data;

namespace NativeRnn.Cli.Sentiment;

/// <summary>What a model needs beside its network, and what it was not trained on.</summary>
/// <param name="Words">Of the vocabulary, in the order of their indices.</param>
/// <param name="Data">The <see cref="ReviewSource.Fingerprint"/> of the sentences.</param>
/// <param name="Seed">By which they were dealt into folds; the first fold was held out.</param>
internal sealed record SentimentTask(IReadOnlyList<string> Words, string Data, long Seed)
{
    public const string Name = "sentiment";

    public WordVocabulary Vocabulary() => new(Words);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SentimentTask))]
internal sealed partial class SentimentJson : JsonSerializerContext;
