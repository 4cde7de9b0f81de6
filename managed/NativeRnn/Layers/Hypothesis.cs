namespace NativeRnn.Layers;

/// <summary>
/// A sequence in the making: its last token and the one before it, so that sequences which begin
/// alike share their beginning.
/// </summary>
/// <param name="Before">Null for the first token.</param>
/// <param name="Token">The last token.</param>
/// <param name="LogProbability">Of all tokens.</param>
/// <param name="Weights">Of the last step's attention; null without.</param>
/// <param name="Row">The decoder's row that made it.</param>
internal sealed record Hypothesis(
    Hypothesis? Before, int Token, double LogProbability, float[]? Weights, int Row)
{
    internal int Length { get; } = (Before?.Length ?? 0) + 1;

    internal static Hypothesis After(
        Hypothesis? before, int token, ReadOnlySpan<float> logProbabilities, float[]? weights, int row) =>
        new(before, token, (before?.LogProbability ?? 0) + logProbabilities[token], weights, row);

    internal DecodedSequence Finish(int endToken, double score)
    {
        bool ended = Token == endToken;
        List<Hypothesis> steps = [];
        for (Hypothesis? step = ended ? Before : this; step is not null; step = step.Before)
        {
            steps.Add(step);
        }

        steps.Reverse();
        float[][]? attention = Weights is null ? null : [.. steps.Select(step => step.Weights!)];
        return new DecodedSequence(
            [.. steps.Select(step => step.Token)], ended, LogProbability, score, attention);
    }
}
