namespace NativeRnn.Training;

/// <summary>Levenshtein's distance (1966) of two sequences.</summary>
internal static class EditDistance
{
    /// <summary>The least number of insertions, deletions and replacements that make one the other.</summary>
    internal static int Of<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : IEquatable<T>
    {
        // After row i, distances[j] is that of the first i of a and the first j of b.
        int[] distances = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            int diagonal = distances[0];
            distances[0] = i + 1;
            for (int j = 0; j < b.Length; j++)
            {
                int replaced = diagonal + (a[i].Equals(b[j]) ? 0 : 1);
                diagonal = distances[j + 1];
                distances[j + 1] = Math.Min(replaced, Math.Min(diagonal, distances[j]) + 1);
            }
        }

        return distances[^1];
    }
}
