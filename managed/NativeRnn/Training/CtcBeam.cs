namespace NativeRnn.Training;

/// <summary>
/// Prefix beam search over one row (Hannun 2014). Each prefix of labels has two probabilities: of
/// the alignments so far that end in a blank, and of those that end in its last label. A step by
/// class c of probability p turns them into
/// <code>
/// blank          ending in a blank:  p (blank + label)
/// c = last       the same prefix:    p label,  extended by c: p blank
/// another c      extended by c:      p (blank + label)
/// </code>
/// </summary>
internal sealed class CtcBeam(
    int blank, int width, Func<IReadOnlyList<int>, int, double>? languageModel)
{
    private readonly Prefix _empty = new(null, -1, 0);
    private readonly List<Prefix> _reached = [];

    /// <summary>The best prefixes after all steps; logs: [T][C].</summary>
    internal IReadOnlyList<CtcHypothesis> Search(double[][] logs)
    {
        _empty.Blank = 0;
        List<Prefix> beam = [_empty];
        foreach (double[] step in logs)
        {
            foreach (Prefix prefix in beam)
            {
                Extend(prefix, step);
            }

            beam = Take(beam);
        }

        return
        [
            .. beam.Select(prefix =>
                new CtcHypothesis(prefix.Labels(), prefix.LogProbability, prefix.Score)),
        ];
    }

    private void Extend(Prefix prefix, double[] step)
    {
        Reach(prefix).AddBlank(step[blank] + prefix.LogProbability);
        for (int label = 0; label < step.Length; label++)
        {
            if (label == blank || double.IsNegativeInfinity(step[label]))
            {
                continue;
            }

            double from = prefix.LogProbability;
            if (label == prefix.Last)
            {
                prefix.AddLabel(step[label] + prefix.Label);
                from = prefix.Blank;
            }

            if (!double.IsNegativeInfinity(from))
            {
                Reach(prefix.Child(label, languageModel)).AddLabel(step[label] + from);
            }
        }
    }

    private Prefix Reach(Prefix prefix)
    {
        if (!prefix.IsReached)
        {
            prefix.IsReached = true;
            _reached.Add(prefix);
        }

        return prefix;
    }

    // The best ones go on. Equal scores: in the order in which they were reached.
    private List<Prefix> Take(List<Prefix> before)
    {
        foreach (Prefix prefix in _reached)
        {
            prefix.EndStep();
        }

        List<Prefix> best =
        [
            .. _reached.Where(prefix => !double.IsNegativeInfinity(prefix.Score))
                .OrderByDescending(prefix => prefix.Score).Take(width),
        ];
        HashSet<Prefix> kept = [.. best];
        foreach (Prefix prefix in before.Concat(_reached).Where(prefix => !kept.Contains(prefix)))
        {
            prefix.Forget();
        }

        _reached.Clear();
        return best;
    }

    /// <summary>A prefix as a node of a tree: its labels are the way from the root.</summary>
    private sealed class Prefix(Prefix? parent, int last, double languageScore)
    {
        private Dictionary<int, Prefix>? _children;
        private double _nextBlank = double.NegativeInfinity;
        private double _nextLabel = double.NegativeInfinity;

        internal int Last { get; } = last;

        internal double Blank { get; set; } = double.NegativeInfinity;

        internal double Label { get; private set; } = double.NegativeInfinity;

        internal bool IsReached { get; set; }

        internal double LogProbability => LogAdd(Blank, Label);

        internal double Score => LogProbability + languageScore;

        internal Prefix Child(int label, Func<IReadOnlyList<int>, int, double>? languageModel)
        {
            _children ??= [];
            if (!_children.TryGetValue(label, out Prefix? child))
            {
                double more = languageModel?.Invoke(Labels(), label) ?? 0;
                child = new Prefix(this, label, languageScore + more);
                _children.Add(label, child);
            }

            return child;
        }

        internal int[] Labels()
        {
            List<int> labels = [];
            for (Prefix? node = this; node?.Last >= 0; node = node.Parent)
            {
                labels.Add(node.Last);
            }

            labels.Reverse();
            return [.. labels];
        }

        internal void AddBlank(double log) => _nextBlank = LogAdd(_nextBlank, log);

        internal void AddLabel(double log) => _nextLabel = LogAdd(_nextLabel, log);

        internal void EndStep()
        {
            (Blank, Label) = (_nextBlank, _nextLabel);
            _nextBlank = _nextLabel = double.NegativeInfinity;
            IsReached = false;
        }

        internal void Forget() => Blank = Label = double.NegativeInfinity;

        private Prefix? Parent { get; } = parent;

        private static double LogAdd(double a, double b)
        {
            double high = Math.Max(a, b);
            return double.IsNegativeInfinity(high)
                ? high
                : high + Math.Log(Math.Exp(a - high) + Math.Exp(b - high));
        }
    }
}
