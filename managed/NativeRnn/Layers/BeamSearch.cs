namespace NativeRnn.Layers;

/// <summary>
/// Beam search over all rows of a batch at once: rows row Width .. (row + 1) Width - 1 of the decoder
/// hold the sequences of one source.
/// </summary>
internal sealed class BeamSearch(DecoderRun run, BeamSearchOptions options, Seq2SeqOptions model)
{
    private readonly int _width = options.Width;

    internal IReadOnlyList<IReadOnlyList<DecodedSequence>> Run(int batch)
    {
        Beam[] beams = [.. Enumerable.Range(0, batch).Select(row => new Beam(row * _width))];
        int[] tokens = new int[batch * _width];
        int[] rows = new int[batch * _width];
        Array.Fill(tokens, model.StartToken);
        for (int step = 1; step <= options.MaxLength; step++)
        {
            run.Step(tokens);
            foreach (Beam beam in beams.Where(beam => !beam.IsDone))
            {
                Extend(beam, step);
            }

            if (beams.All(beam => beam.IsDone))
            {
                break;
            }

            Continue(beams, tokens, rows);
            run.Reorder(rows);
        }

        return [.. beams.Select(Best)];
    }

    // Takes the likeliest ends and goes on with the likeliest other tokens.
    private void Extend(Beam beam, int step)
    {
        List<Hypothesis> candidates = Candidates(beam);
        beam.Live = [];
        for (int rank = 0; rank < candidates.Count && beam.Live.Count < _width; rank++)
        {
            Hypothesis candidate = candidates[rank];
            if (candidate.Token != model.EndToken)
            {
                beam.Live.Add(candidate);
            }
            else if (rank < _width)
            {
                // An end that is not among the likeliest candidates takes nobody's place.
                beam.Finished.Add(candidate);
            }
        }

        if (step == options.MaxLength)
        {
            beam.Finished.AddRange(beam.Live);
        }

        beam.IsDone = step == options.MaxLength || beam.Live.Count == 0 || IsDecided(beam);
    }

    // The likeliest 2 Width continuations of all sequences: at least Width of them do not end.
    private List<Hypothesis> Candidates(Beam beam)
    {
        int count = 2 * _width;
        PriorityQueue<(Hypothesis? Before, int Row, int Token), (double Value, int Order)> best = new();
        int sequences = beam.Started ? beam.Live.Count : 1;
        for (int place = 0; place < sequences; place++)
        {
            Hypothesis? before = beam.Started ? beam.Live[place] : null;
            int row = beam.FirstRow + place;
            ReadOnlySpan<float> logProbabilities = run.LogProbabilities(row);
            double least = LeastOf(best, count);
            for (int token = 0; token < logProbabilities.Length; token++)
            {
                // Of equal ones the first found stays: the order falls, so that it is the last out.
                double value = (before?.LogProbability ?? 0) + logProbabilities[token];
                if (value <= least)
                {
                    continue;
                }

                int order = -((place * logProbabilities.Length) + token);
                if (best.Count < count)
                {
                    best.Enqueue((before, row, token), (value, order));
                }
                else
                {
                    best.EnqueueDequeue((before, row, token), (value, order));
                }

                least = LeastOf(best, count);
            }
        }

        beam.Started = true;
        List<Hypothesis> candidates = new(best.Count);
        while (best.TryDequeue(out (Hypothesis? Before, int Row, int Token) next, out _))
        {
            candidates.Add(Hypothesis.After(
                next.Before, next.Token, run.LogProbabilities(next.Row), run.Weights(next.Row), next.Row));
        }

        candidates.Reverse();
        return candidates;
    }

    // What a candidate must exceed to be among the best: almost none of a vocabulary does, so that the queue, which is
    // slow, is not asked about the others.
    private static double LeastOf(
        PriorityQueue<(Hypothesis? Before, int Row, int Token), (double Value, int Order)> best, int count) =>
        best.Count == count && best.TryPeek(out _, out (double Value, int Order) last)
            ? last.Value
            : double.NegativeInfinity;

    // No sequence that goes on can get a better score than Width that ended: its probability only
    // falls, and the penalty is greatest at the greatest length.
    private bool IsDecided(Beam beam) =>
        beam.Finished.Count >= _width
        && beam.Finished.Select(Score).OrderDescending().ElementAt(_width - 1)
            >= options.Score(beam.Live[0].LogProbability, options.MaxLength);

    // The tokens of the next step, and the rows that their sequences were in.
    private void Continue(Beam[] beams, int[] tokens, int[] rows)
    {
        foreach (Beam beam in beams)
        {
            for (int place = 0; place < _width; place++)
            {
                int row = beam.FirstRow + place;
                bool live = !beam.IsDone && place < beam.Live.Count;
                tokens[row] = live ? beam.Live[place].Token : model.EndToken;
                rows[row] = live ? beam.Live[place].Row : row;
            }
        }
    }

    private double Score(Hypothesis hypothesis) =>
        options.Score(hypothesis.LogProbability, hypothesis.Length);

    private List<DecodedSequence> Best(Beam beam) =>
    [
        .. beam.Finished.OrderByDescending(Score).Take(_width)
            .Select(finished => finished.Finish(model.EndToken, Score(finished))),
    ];

    private sealed class Beam(int firstRow)
    {
        internal int FirstRow { get; } = firstRow;

        internal bool Started { get; set; }

        internal bool IsDone { get; set; }

        internal List<Hypothesis> Live { get; set; } = [];

        internal List<Hypothesis> Finished { get; } = [];
    }
}
