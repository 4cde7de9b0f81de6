using System.Runtime.InteropServices;

namespace NativeRnn.Training;

/// <summary>
/// Numbers the n-grams of some sequences. An n-gram is known by the number of what is before its last
/// token, and that token.
/// </summary>
internal sealed class Ngrams<T>(int order)
    where T : notnull
{
    private readonly Dictionary<T, int> _tokens = [];
    private readonly Dictionary<(int Before, int Last), int> _longer = [];

    /// <summary>How often each n-gram occurs; at [n - 1] those of length n, by their number.</summary>
    internal Dictionary<int, int>[] Count(IReadOnlyList<T> sequence)
    {
        int[] tokens = [.. sequence.Select(token => Number(_tokens, token))];
        int[] current = [.. tokens];
        Dictionary<int, int>[] counts = [.. Enumerable.Range(0, order).Select(_ => new Dictionary<int, int>())];
        for (int n = 1; n <= order; n++)
        {
            // current[i] is the number of the n-gram that begins at i.
            for (int start = 0; start + n <= tokens.Length; start++)
            {
                if (n > 1)
                {
                    current[start] = Number(_longer, (current[start], tokens[start + n - 1]));
                }

                CollectionsMarshal.GetValueRefOrAddDefault(counts[n - 1], current[start], out _)++;
            }
        }

        return counts;
    }

    // Two n-grams of different lengths may have one number: each length is counted by itself.
    private static int Number<TKey>(Dictionary<TKey, int> numbers, TKey key)
        where TKey : notnull
    {
        if (!numbers.TryGetValue(key, out int number))
        {
            number = numbers.Count;
            numbers.Add(key, number);
        }

        return number;
    }
}
