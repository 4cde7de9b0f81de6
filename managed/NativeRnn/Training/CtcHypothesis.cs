namespace NativeRnn.Training;

/// <summary>What <see cref="CtcDecoder"/> reads from a row.</summary>
/// <param name="Labels">The classes, without blanks and repeats that alignments make.</param>
/// <param name="LogProbability">
/// In nats. Greedy: of the likeliest alignment. Prefix beam search: of the labels, over the
/// alignments that the beam kept.
/// </param>
/// <param name="Score">
/// What hypotheses are ordered by: LogProbability, plus what the language model gave.
/// </param>
public sealed record CtcHypothesis(IReadOnlyList<int> Labels, double LogProbability, double Score);
