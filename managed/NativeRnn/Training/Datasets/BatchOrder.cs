using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Which samples make which batch. A pure function of its settings and the epoch, so that a run can
/// be resumed at any batch.
/// </summary>
internal sealed record BatchOrder
{
    internal required int Count { get; init; }

    internal int BatchSize { get; init; } = 32;

    internal bool DropLast { get; init; }

    /// <summary>Of a new order each epoch; null: the samples' own.</summary>
    internal long? Seed { get; init; }

    /// <summary>The lengths where a new bucket begins, ascending; null: one bucket.</summary>
    internal int[]? Boundaries { get; init; }

    /// <summary>The batches of an epoch; lengthOf is asked if there are buckets.</summary>
    internal List<int[]> Of(int epoch, Func<int, int> lengthOf)
    {
        int[] order = [.. Enumerable.Range(0, Count)];
        if (Seed is long seed)
        {
            new RandomStream(RandomStream.Mix(seed, epoch)).Shuffle(order);
        }

        List<int[]> batches = [];
        List<int>[] buckets = [.. Enumerable.Range(0, (Boundaries?.Length ?? 0) + 1).Select(_ => new List<int>())];
        foreach (int sample in order)
        {
            List<int> bucket = buckets[BucketOf(sample, lengthOf)];
            bucket.Add(sample);
            if (bucket.Count == BatchSize)
            {
                batches.Add([.. bucket]);
                bucket.Clear();
            }
        }

        foreach (List<int> rest in buckets.Where(bucket => bucket.Count > 0 && !DropLast))
        {
            batches.Add([.. rest]);
        }

        return batches;
    }

    private int BucketOf(int sample, Func<int, int> lengthOf)
    {
        if (Boundaries is null)
        {
            return 0;
        }

        int length = lengthOf(sample);
        int bucket = 0;
        while (bucket < Boundaries.Length && length >= Boundaries[bucket])
        {
            bucket++;
        }

        return bucket;
    }
}
