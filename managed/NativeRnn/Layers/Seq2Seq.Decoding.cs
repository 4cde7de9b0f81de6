namespace NativeRnn.Layers;

/// <content>Writing sequences.</content>
public sealed partial class Seq2Seq
{
    /// <summary>Writes the likeliest token at each step, without dropout.</summary>
    /// <param name="source">int32 [B,S].</param>
    /// <param name="sourceLengths">int32 [B]: valid tokens of each source, 1 to S; null: all.</param>
    /// <param name="maxLength">The most tokens of a sequence, at least 1.</param>
    /// <returns>A sequence for each row.</returns>
    public IReadOnlyList<DecodedSequence> Greedy(
        Tensor source, Tensor? sourceLengths = null, int maxLength = 50)
    {
        RequireTokens(source, nameof(source));
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        return InEvaluation(() =>
        {
            using DecoderRun run = new(this, source, sourceLengths, copies: 1);
            return GreedyRun(run, source.Shape[0], maxLength);
        });
    }

    /// <summary>
    /// Searches for the sequence of the best score by keeping several at each step, without dropout.
    /// </summary>
    /// <param name="source">int32 [B,S].</param>
    /// <param name="options">Width, length, length penalty; null: the defaults.</param>
    /// <param name="sourceLengths">int32 [B]: valid tokens of each source, 1 to S; null: all.</param>
    /// <returns>For each row up to Width sequences, the best first.</returns>
    public IReadOnlyList<IReadOnlyList<DecodedSequence>> BeamSearch(
        Tensor source, BeamSearchOptions? options = null, Tensor? sourceLengths = null)
    {
        RequireTokens(source, nameof(source));
        BeamSearchOptions chosen = (options ?? new BeamSearchOptions()).Checked();
        return InEvaluation(() =>
        {
            using DecoderRun run = new(this, source, sourceLengths, chosen.Width);
            return new BeamSearch(run, chosen, Options).Run(source.Shape[0]);
        });
    }

    private DecodedSequence[] GreedyRun(DecoderRun run, int batch, int maxLength)
    {
        Hypothesis?[] written = new Hypothesis?[batch];
        DecodedSequence?[] done = new DecodedSequence?[batch];
        int[] tokens = new int[batch];
        Array.Fill(tokens, Options.StartToken);
        for (int step = 0; step < maxLength && done.Contains(null); step++)
        {
            run.Step(tokens);
            for (int row = 0; row < batch; row++)
            {
                if (done[row] is not null)
                {
                    continue;
                }

                tokens[row] = Likeliest(run.LogProbabilities(row));
                Hypothesis next = Hypothesis.After(
                    written[row], tokens[row], run.LogProbabilities(row), run.Weights(row), row);
                written[row] = next;
                if (tokens[row] == Options.EndToken || step == maxLength - 1)
                {
                    done[row] = next.Finish(Options.EndToken, next.LogProbability);
                }
            }
        }

        return done!;
    }
}
