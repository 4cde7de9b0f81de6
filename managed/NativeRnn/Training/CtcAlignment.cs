namespace NativeRnn.Training;

/// <summary>
/// The likeliest alignment of given labels to one row's steps (Viterbi 1967, over the states of Graves 2006): state
/// 2 n + 1 is label n, the states beside it are blanks. A step stays in its state or goes on by one, or by two from a
/// label to another one that differs.
/// </summary>
internal sealed class CtcAlignment(int blank, IReadOnlyList<int> labels)
{
    private readonly int _states = (2 * labels.Count) + 1;

    /// <summary>The segments of the labels; null if there are too few steps. logs: [T][C].</summary>
    internal IReadOnlyList<CtcSegment>? Segments(double[][] logs)
    {
        int[][] from = new int[logs.Length][];
        double[] scores = new double[_states];
        Array.Fill(scores, double.NegativeInfinity);
        scores[0] = 0;
        for (int step = 0; step < logs.Length; step++)
        {
            (scores, from[step]) = Advance(scores, logs[step]);
        }

        int end = labels.Count > 0 && scores[^2] > scores[^1] ? _states - 2 : _states - 1;
        return double.IsNegativeInfinity(scores[end]) ? null : Collect(from, end, logs);
    }

    // Before the first step, the state is the first blank: from there it reaches itself and the first label.
    private (double[] Scores, int[] From) Advance(double[] before, double[] step)
    {
        double[] scores = new double[_states];
        int[] from = new int[_states];
        for (int state = 0; state < _states; state++)
        {
            int best = state;
            for (int way = 1; way <= (MaySkip(state) ? 2 : 1) && way <= state; way++)
            {
                best = before[state - way] > before[best] ? state - way : best;
            }

            (scores[state], from[state]) = (before[best] + step[ClassOf(state)], best);
        }

        return (scores, from);
    }

    private IReadOnlyList<CtcSegment> Collect(int[][] from, int end, double[][] logs)
    {
        int[] path = new int[from.Length];
        for (int step = from.Length - 1, state = end; step >= 0; state = from[step][state], step--)
        {
            path[step] = state;
        }

        return
        [
            .. labels.Select((label, place) =>
            {
                int state = (2 * place) + 1;
                int start = Array.IndexOf(path, state);
                int last = Array.LastIndexOf(path, state);
                return new CtcSegment(
                    label, start, last + 1, logs[start..(last + 1)].Average(step => Math.Exp(step[label])));
            }),
        ];
    }

    private bool MaySkip(int state) =>
        state % 2 == 1 && state >= 3 && ClassOf(state) != ClassOf(state - 2);

    private int ClassOf(int state) => state % 2 == 0 ? blank : labels[state / 2];
}
