using System.Text.Json.Serialization;
using NativeRnn.Data;

namespace NativeRnn.Cli.Translation;

/// <summary>What a model needs beside its network.</summary>
/// <param name="From">The language that it reads.</param>
/// <param name="To">The language that it writes.</param>
/// <param name="IsLowerCase">Whether it has seen no capital letters.</param>
/// <param name="Seed">Of its training.</param>
/// <param name="Source">The pieces that it reads.</param>
/// <param name="Target">The pieces that it writes.</param>
internal sealed record TranslationTask(
    string From, string To, bool IsLowerCase, long Seed, VocabularyFile Source, VocabularyFile Target)
{
    public const string Name = "translation";
}

/// <summary>A <see cref="SubwordVocabulary"/>.</summary>
/// <param name="Merges">Two pieces with a space between them, in the order in which they were learnt.</param>
/// <param name="Pieces">In the order of their indices.</param>
internal sealed record VocabularyFile(IReadOnlyList<string> Merges, IReadOnlyList<string> Pieces)
{
    public static VocabularyFile Of(SubwordVocabulary vocabulary) => new(
        [.. vocabulary.Encoding.Merges.Select(merge => $"{merge.Left} {merge.Right}")], vocabulary.Pieces.Words);

    /// <exception cref="ArgumentException">It is damaged.</exception>
    public SubwordVocabulary ToVocabulary() =>
        new(new BytePairEncoding(Merges.Select(Parse)), new WordVocabulary(Pieces));

    private static (string Left, string Right) Parse(string merge) => merge.Split(' ') is [var left, var right]
        ? (left, right)
        : throw new ArgumentException($"'{merge}' is no pair of pieces");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TranslationTask))]
internal sealed partial class TranslationJson : JsonSerializerContext;
