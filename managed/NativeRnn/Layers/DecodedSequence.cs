namespace NativeRnn.Layers;

/// <summary>A sequence that a <see cref="Seq2Seq"/> model has written.</summary>
/// <param name="Tokens">Without start and end token.</param>
/// <param name="Ended">Whether the end token came before the greatest length was reached.</param>
/// <param name="LogProbability">
/// The natural logarithm of its probability given the source, the end token's included.
/// </param>
/// <param name="Score">What beam search ranks by: the log-probability over the length penalty.</param>
/// <param name="Attention">
/// How much each token's step looked at each of the source's, [tokens, S], for a heat map; null
/// without attention.
/// </param>
public sealed record DecodedSequence(
    IReadOnlyList<int> Tokens,
    bool Ended,
    double LogProbability,
    double Score,
    float[][]? Attention);
