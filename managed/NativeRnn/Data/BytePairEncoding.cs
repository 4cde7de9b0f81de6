using System.Text;

namespace NativeRnn.Data;

/// <summary>
/// Splits words into pieces that are frequent (Sennrich 2016), so that a model can read and write words which
/// it has never seen: a rare word becomes several pieces, a frequent one stays whole. Each piece but the last
/// of a word ends with <c>@@</c>.
/// </summary>
/// <example>
/// <code>
/// BytePairEncoding pieces = BytePairEncoding.Train(texts, merges: 6000);
/// string[] split = pieces.Split(["ein", "antriebsrad"]); // such as ein antriebs@@ rad
/// string[] words = BytePairEncoding.Join(split);
/// </code>
/// </example>
public sealed class BytePairEncoding
{
    /// <summary>What a piece ends with that is not the last of its word.</summary>
    public const string Mark = "@@";

    // Words whose pieces are kept: texts repeat them, and a service must not keep all that it ever saw.
    private const int MostKnown = 100_000;

    private readonly Dictionary<(string Left, string Right), int> _ranks = [];
    private readonly Dictionary<string, string[]> _known = new(StringComparer.Ordinal);

    /// <summary>An encoding of merges that were learnt before.</summary>
    /// <param name="merges">Pairs of neighbours that become one piece, the first ones first; none twice.</param>
    /// <exception cref="ArgumentException">A pair stands there twice, or has an empty piece.</exception>
    public BytePairEncoding(IEnumerable<(string Left, string Right)> merges)
    {
        ArgumentNullException.ThrowIfNull(merges);
        Merges = [.. merges];
        for (int rank = 0; rank < Merges.Count; rank++)
        {
            (string left, string right) = Merges[rank];
            if (string.IsNullOrEmpty(right) || left is null || !IsInner(left))
            {
                throw new ArgumentException(
                    $"merge {rank} is '{left}' and '{right}'; the first must end with {Mark}, the second not be empty",
                    nameof(merges));
            }

            if (!_ranks.TryAdd((left, right), rank))
            {
                throw new ArgumentException($"the merge of '{left}' and '{right}' stands there twice", nameof(merges));
            }
        }
    }

    /// <summary>The pairs of neighbours that become one piece, in the order in which they were learnt.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>Learns merges from texts: again and again the most frequent pair of neighbours becomes a piece.</summary>
    /// <param name="texts">Each a list of words.</param>
    /// <param name="merges">The most merges to learn, at least 0.</param>
    /// <param name="minCount">A pair that is rarer is not merged; at least 1.</param>
    public static BytePairEncoding Train(IEnumerable<IEnumerable<string>> texts, int merges, int minCount = 2)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfNegative(merges);
        ArgumentOutOfRangeException.ThrowIfLessThan(minCount, 1);
        return new BytePairEncoding(new BytePairTraining(texts).Learn(merges, minCount));
    }

    /// <summary>Splits words into pieces; several threads may do so at a time.</summary>
    /// <param name="words">None empty.</param>
    /// <returns>The pieces of all words, in their order.</returns>
    public string[] Split(IEnumerable<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        List<string> pieces = [];
        lock (_known)
        {
            foreach (string word in words)
            {
                pieces.AddRange(Known(word));
            }
        }

        return [.. pieces];
    }

    /// <summary>Puts pieces together.</summary>
    /// <param name="pieces">As <see cref="Split(IEnumerable{string})"/> gives them, or as a model has written them.</param>
    /// <returns>The words; a word that is not complete at the end ends there.</returns>
    public static string[] Join(IEnumerable<string> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        List<string> words = [];
        StringBuilder word = new();
        foreach (string piece in pieces)
        {
            word.Append(WithoutMark(piece));
            if (!IsInner(piece))
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        if (word.Length > 0)
        {
            words.Add(word.ToString());
        }

        return [.. words];
    }

    internal static string Merge(string left, string right) => string.Concat(WithoutMark(left), right);

    /// <summary>The characters of a word, as pieces.</summary>
    internal static List<string> Characters(string word)
    {
        ArgumentException.ThrowIfNullOrEmpty(word);
        List<string> characters = [.. word.EnumerateRunes().Select(rune => rune.ToString())];
        for (int place = 0; place < characters.Count - 1; place++)
        {
            characters[place] += Mark;
        }

        return characters;
    }

    private static bool IsInner(string piece) =>
        piece.Length > Mark.Length && piece.EndsWith(Mark, StringComparison.Ordinal);

    private static string WithoutMark(string piece) => IsInner(piece) ? piece[..^Mark.Length] : piece;

    private string[] Known(string word)
    {
        ArgumentException.ThrowIfNullOrEmpty(word);
        if (!_known.TryGetValue(word, out string[]? split))
        {
            split = [.. Split(word)];
            if (_known.Count < MostKnown)
            {
                _known.Add(word, split);
            }
        }

        return split;
    }

    private List<string> Split(string word)
    {
        List<string> pieces = Characters(word);
        while (true)
        {
            int best = int.MaxValue;
            for (int place = 1; place < pieces.Count; place++)
            {
                best = Math.Min(best, _ranks.GetValueOrDefault((pieces[place - 1], pieces[place]), int.MaxValue));
            }

            if (best == int.MaxValue)
            {
                return pieces;
            }

            (string left, string right) = Merges[best];
            for (int place = 1; place < pieces.Count; place++)
            {
                if (pieces[place - 1] == left && pieces[place] == right)
                {
                    pieces[place - 1] = Merge(left, right);
                    pieces.RemoveAt(place);
                }
            }
        }
    }
}
