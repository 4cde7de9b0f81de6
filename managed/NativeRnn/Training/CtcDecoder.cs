using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Reads label sequences from what a model trained by <see cref="CtcLoss"/> gives: greedily (Graves
/// 2006) or by prefix beam search (Hannun 2014), and tells where they stand. Runs on the host, in double.
/// </summary>
public sealed class CtcDecoder
{
    private readonly int _blank;
    private readonly bool _batchFirst;

    /// <summary>A decoder.</summary>
    /// <param name="blank">The class that stands for no label, at least 0.</param>
    /// <param name="batchFirst">Whether logits are [B,T,C], else [T,B,C].</param>
    /// <exception cref="ArgumentOutOfRangeException">The blank is negative.</exception>
    public CtcDecoder(int blank = 0, bool batchFirst = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(blank);
        _blank = blank;
        _batchFirst = batchFirst;
    }

    /// <summary>The likeliest class of each step, repeats merged and blanks removed.</summary>
    /// <param name="logits">[B,T,C] if batch-first, else [T,B,C].</param>
    /// <param name="lengths">int32 [B]: the valid steps of each row, 0 to T; null: all.</param>
    /// <returns>One hypothesis for each row.</returns>
    /// <exception cref="ArgumentException">A shape, type or length is wrong.</exception>
    public IReadOnlyList<CtcHypothesis> Greedy(Tensor logits, Tensor? lengths = null) =>
        [.. RowsOf(logits, lengths).Select(GreedyRow)];

    /// <summary>
    /// The labels of the highest probability, over all their alignments, among those that stay in
    /// the beam.
    /// </summary>
    /// <param name="logits">[B,T,C] if batch-first, else [T,B,C].</param>
    /// <param name="beamWidth">Prefixes that are kept at each step, at least 1.</param>
    /// <param name="lengths">int32 [B]: the valid steps of each row, 0 to T; null: all.</param>
    /// <param name="languageModel">
    /// Called once when labels (the first argument; don't keep the list) are extended by one more
    /// (the second); what it gives is added to the score, such as a weight times the log-probability
    /// of the label after those before it, plus a bonus for each label. Null: nothing is added.
    /// </param>
    /// <returns>For each row at most beamWidth hypotheses, the best first.</returns>
    /// <exception cref="ArgumentException">A shape, type or length is wrong.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The beam is of no width.</exception>
    public IReadOnlyList<IReadOnlyList<CtcHypothesis>> PrefixBeam(
        Tensor logits,
        int beamWidth = 16,
        Tensor? lengths = null,
        Func<IReadOnlyList<int>, int, double>? languageModel = null)
    {
        if (beamWidth < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(beamWidth), beamWidth, "beamWidth must be at least 1");
        }

        return
        [
            .. RowsOf(logits, lengths).Select(
                row => new CtcBeam(_blank, beamWidth, languageModel).Search(row)),
        ];
    }

    /// <summary>Where given labels stand: the likeliest of the alignments that spell them.</summary>
    /// <param name="logits">[B,T,C] if batch-first, else [T,B,C].</param>
    /// <param name="labels">
    /// Of each row: what was said, or the labels of a hypothesis. n labels need n steps, and one more for each that
    /// repeats the one before it.
    /// </param>
    /// <param name="lengths">int32 [B]: the valid steps of each row, 0 to T; null: all.</param>
    /// <returns>For each row a segment for each label, in their order.</returns>
    /// <exception cref="ArgumentException">
    /// A shape, type, length or label is wrong, or a row's labels cannot be aligned to its steps.
    /// </exception>
    public IReadOnlyList<IReadOnlyList<CtcSegment>> Align(
        Tensor logits, IReadOnlyList<IReadOnlyList<int>> labels, Tensor? lengths = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        double[][][] rows = [.. RowsOf(logits, lengths)];
        if (labels.Count != rows.Length)
        {
            throw new ArgumentException(
                $"labels are of {labels.Count} rows, logits {Sizes.Text(logits.Shape)} of {rows.Length}", nameof(labels));
        }

        return [.. rows.Select((row, number) => AlignRow(row, number, labels[number], logits.Shape[2]))];
    }

    private IReadOnlyList<CtcSegment> AlignRow(double[][] row, int number, IReadOnlyList<int> labels, int classes)
    {
        foreach (int label in labels)
        {
            if (label < 0 || label >= classes || label == _blank)
            {
                throw new ArgumentException(
                    $"labels[{number}] has {label}, must be 0 to {classes - 1} and not the blank {_blank}", nameof(labels));
            }
        }

        return new CtcAlignment(_blank, labels).Segments(row) ?? throw new ArgumentException(
            $"labels[{number}], {labels.Count} of them, cannot be aligned to {row.Length} steps", nameof(labels));
    }

    private CtcHypothesis GreedyRow(double[][] row)
    {
        List<int> labels = [];
        double sum = 0;
        int before = _blank;
        foreach (double[] logs in row)
        {
            int best = Array.IndexOf(logs, logs.Max());
            if (best != before && best != _blank)
            {
                labels.Add(best);
            }

            sum += logs[best];
            before = best;
        }

        return new CtcHypothesis(labels, sum, sum);
    }

    // The log-probabilities of each row's valid steps.
    private IEnumerable<double[][]> RowsOf(Tensor logits, Tensor? lengths)
    {
        Sizes.RequireFloats(logits, nameof(logits));
        if (logits.Rank != 3 || logits.Length == 0 || _blank >= logits.Shape[2])
        {
            throw new ArgumentException(
                $"logits must be {(_batchFirst ? "[B,T,C]" : "[T,B,C]")}, not empty, with the blank " +
                $"{_blank} among the classes; they are {Sizes.Text(logits.Shape)}", nameof(logits));
        }

        (int batch, int steps) = _batchFirst
            ? (logits.Shape[0], logits.Shape[1])
            : (logits.Shape[1], logits.Shape[0]);
        int[] valid = LengthsOf(lengths, batch, steps);
        float[] values = logits.ToArray();
        int classes = logits.Shape[2];
        return Enumerable.Range(0, batch).Select(row => Enumerable.Range(0, valid[row])
            .Select(step => _batchFirst ? (row * steps) + step : (step * batch) + row)
            .Select(at => LogSoftmax(values.AsSpan(at * classes, classes)))
            .ToArray());
    }

    private static int[] LengthsOf(Tensor? lengths, int batch, int steps)
    {
        if (lengths is null)
        {
            return [.. Enumerable.Repeat(steps, batch)];
        }

        Sizes.RequireIndices(lengths, nameof(lengths));
        Sizes.RequireShape(lengths, [batch], nameof(lengths));
        int[] valid = lengths.ToInt32Array();
        int wrong = Array.FindIndex(valid, length => length < 0 || length > steps);
        return wrong < 0 ? valid : throw new ArgumentException(
            $"lengths[{wrong}] is {valid[wrong]}, must be 0 to {steps}", nameof(lengths));
    }

    private static double[] LogSoftmax(ReadOnlySpan<float> logits)
    {
        double largest = double.NegativeInfinity;
        foreach (float logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        if (!double.IsFinite(largest))
        {
            throw new ArgumentException(
                $"the largest logit of a step is {largest}, must be finite", nameof(logits));
        }

        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - largest);
        }

        double[] logs = new double[logits.Length];
        double shift = largest + Math.Log(sum);
        for (int at = 0; at < logs.Length; at++)
        {
            logs[at] = logits[at] - shift;
        }

        return logs;
    }
}
