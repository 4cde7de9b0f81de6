using NativeRnn.Data;

namespace NativeRnn.Cli.Corpus;

/// <summary>A text as indices of its characters, in two parts.</summary>
/// <param name="Vocabulary">The characters of both parts.</param>
/// <param name="Training">What the model learns from.</param>
/// <param name="Validation">What it is judged by; can be empty.</param>
internal sealed record TextSplit(
    CharVocabulary Vocabulary, ReadOnlyMemory<int> Training, ReadOnlyMemory<int> Validation);
