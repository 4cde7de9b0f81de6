using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// BLEU of a corpus (Papineni et al. 2002): the geometric mean of the precisions of 1-grams to
/// N-grams, each counted at most as often as in the reference that has it most often, times the
/// brevity penalty exp(1 - r / c) when the candidates' length c is below r, the sum of the lengths of
/// the references nearest to each (of two as near, the shorter). From 0 to 1.
/// </summary>
public sealed class Bleu : TextMetric
{
    private const int MaxOrder = 16;

    private readonly bool _smooth;
    private readonly long[] _matches;
    private readonly long[] _ngrams;
    private long _length;
    private long _referenceLength;

    /// <summary>A metric.</summary>
    /// <param name="order">N, the length of the longest n-grams, 1 to 16: BLEU-4 by default.</param>
    /// <param name="smooth">
    /// Whether 1 is added to the matches and to the number of n-grams where n is above 1 (Lin and Och
    /// 2004), so that texts that have no long match at all differ. Else BLEU is 0 without one.
    /// </param>
    public Bleu(int order = 4, bool smooth = false)
    {
        Sizes.Require(order, nameof(order), MaxOrder);
        _smooth = smooth;
        (_matches, _ngrams) = (new long[order], new long[order]);
    }

    /// <inheritdoc/>
    public override string Name => "bleu";

    /// <summary>
    /// The precisions of 1-grams, 2-grams, …: matches over n-grams, smoothed if asked for; 0 where
    /// the candidates have none.
    /// </summary>
    public IReadOnlyList<double> Precisions =>
        [.. Enumerable.Range(1, _matches.Length).Select(Precision)];

    /// <summary>What short candidates lose: a factor from 0 to 1.</summary>
    public double BrevityPenalty => _length >= _referenceLength
        ? 1
        : Math.Exp(1 - ((double)_referenceLength / _length));

    /// <inheritdoc/>
    public override double Result
    {
        get
        {
            double logs = Precisions.Sum(Math.Log);
            return _length == 0 ? 0 : BrevityPenalty * Math.Exp(logs / _matches.Length);
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        Array.Clear(_matches);
        Array.Clear(_ngrams);
        (_length, _referenceLength) = (0, 0);
    }

    /// <summary>Takes a text into account.</summary>
    /// <param name="candidate">The translation; white space separates tokens.</param>
    /// <param name="references">At least one translation to compare with. Case counts.</param>
    public void Update(string candidate, params string[] references)
    {
        ArgumentNullException.ThrowIfNull(references);
        Update<string>(
            WordsOf(candidate, nameof(candidate)),
            [.. references.Select(reference => WordsOf(reference, nameof(references)))]);
    }

    /// <summary>Takes a text into account that is given as tokens, such as strings or numbers.</summary>
    /// <param name="candidate">The translation.</param>
    /// <param name="references">At least one translation to compare with.</param>
    /// <typeparam name="T">Of tokens, with equality.</typeparam>
    public void Update<T>(IReadOnlyList<T> candidate, params IReadOnlyList<T>[] references)
        where T : IEquatable<T>
    {
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(references);
        if (references.Length == 0)
        {
            throw new ArgumentException("there are no references", nameof(references));
        }

        foreach (IReadOnlyList<T> reference in references)
        {
            ArgumentNullException.ThrowIfNull(reference, nameof(references));
        }

        Count(candidate, references);
        _length += candidate.Count;
        _referenceLength += references
            .Select(reference => reference.Count)
            .OrderBy(length => Math.Abs(length - candidate.Count))
            .ThenBy(length => length)
            .First();
    }

    private void Count<T>(IReadOnlyList<T> candidate, IReadOnlyList<T>[] references)
        where T : IEquatable<T>
    {
        Ngrams<T> ngrams = new(_matches.Length);
        Dictionary<int, int>[] wanted = ngrams.Count(candidate);
        Dictionary<int, int>[][] found = [.. references.Select(ngrams.Count)];
        for (int n = 0; n < wanted.Length; n++)
        {
            foreach ((int ngram, int count) in wanted[n])
            {
                int most = found.Max(reference => reference[n].GetValueOrDefault(ngram));
                _matches[n] += Math.Min(count, most);
                _ngrams[n] += count;
            }
        }
    }

    private double Precision(int n)
    {
        int added = _smooth && n > 1 ? 1 : 0;
        long ngrams = _ngrams[n - 1] + added;
        return ngrams == 0 ? 0 : (double)(_matches[n - 1] + added) / ngrams;
    }
}
