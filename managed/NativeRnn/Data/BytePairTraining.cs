namespace NativeRnn.Data;

/// <summary>
/// Learns the merges of a <see cref="BytePairEncoding"/>. It knows in which words each pair of neighbours
/// stands, so that a merge looks at those words only.
/// </summary>
internal sealed class BytePairTraining
{
    private readonly List<(List<string> Pieces, long Count)> _words = [];
    private readonly Dictionary<(string Left, string Right), long> _counts = [];
    private readonly Dictionary<(string Left, string Right), HashSet<int>> _places = [];

    // Counts that have changed since stay in it, and are passed over.
    private readonly PriorityQueue<((string Left, string Right) Pair, long Count), (long Count, string Left, string Right)>
        _frequent = new(Comparer<(long Count, string Left, string Right)>.Create(Compare));

    internal BytePairTraining(IEnumerable<IEnumerable<string>> texts)
    {
        Dictionary<string, long> counts = new(StringComparer.Ordinal);
        foreach (string word in texts.SelectMany(words => words))
        {
            counts[word] = counts.GetValueOrDefault(word) + 1;
        }

        foreach ((string word, long count) in counts)
        {
            _words.Add((BytePairEncoding.Characters(word), count));
            AddPairs(_words.Count - 1, 1);
        }

        foreach (var pair in _counts.Keys)
        {
            Enqueue(pair);
        }
    }

    internal List<(string Left, string Right)> Learn(int merges, int minCount)
    {
        List<(string Left, string Right)> learnt = [];
        while (learnt.Count < merges && _frequent.TryDequeue(out var next, out _))
        {
            if (_counts.GetValueOrDefault(next.Pair) != next.Count)
            {
                continue;
            }

            if (next.Count < minCount)
            {
                break;
            }

            learnt.Add(next.Pair);
            Merge(next.Pair);
        }

        return learnt;
    }

    // The most frequent first; of equally frequent ones the first by code unit.
    private static int Compare((long Count, string Left, string Right) a, (long Count, string Left, string Right) b)
    {
        int order = b.Count.CompareTo(a.Count);
        order = order != 0 ? order : string.CompareOrdinal(a.Left, b.Left);
        return order != 0 ? order : string.CompareOrdinal(a.Right, b.Right);
    }

    private void Merge((string Left, string Right) pair)
    {
        string merged = BytePairEncoding.Merge(pair.Left, pair.Right);
        HashSet<(string, string)> changed = [];
        foreach (int word in _places[pair].ToArray())
        {
            List<string> pieces = _words[word].Pieces;
            changed.UnionWith(AddPairs(word, -1));
            for (int place = 1; place < pieces.Count; place++)
            {
                if (pieces[place - 1] == pair.Left && pieces[place] == pair.Right)
                {
                    pieces[place - 1] = merged;
                    pieces.RemoveAt(place);
                }
            }

            changed.UnionWith(AddPairs(word, 1));
        }

        foreach (var other in changed)
        {
            Enqueue(other);
        }
    }

    private void Enqueue((string Left, string Right) pair)
    {
        long count = _counts[pair];
        if (count > 0)
        {
            _frequent.Enqueue((pair, count), (count, pair.Left, pair.Right));
        }
    }

    // Counts the pairs of a word, or takes them back.
    private List<(string Left, string Right)> AddPairs(int word, int sign)
    {
        (List<string> pieces, long count) = _words[word];
        List<(string Left, string Right)> pairs = [];
        for (int place = 1; place < pieces.Count; place++)
        {
            (string Left, string Right) pair = (pieces[place - 1], pieces[place]);
            pairs.Add(pair);
            _counts[pair] = _counts.GetValueOrDefault(pair) + (sign * count);
            if (!_places.TryGetValue(pair, out HashSet<int>? places))
            {
                _places[pair] = places = [];
            }

            if (sign > 0)
            {
                places.Add(word);
            }
            else
            {
                places.Remove(word);
            }
        }

        return pairs;
    }
}
