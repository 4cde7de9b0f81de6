namespace NativeRnn.Training;

/// <summary>
/// A batch whose gradient is added to those of others before a step (gradient accumulation), so that the
/// step is that of one large batch.
/// </summary>
/// <param name="Scale">What its mean loss is multiplied by: its part of the rows of the step.</param>
/// <param name="EndsStep">Whether the step follows.</param>
internal readonly record struct AccumulatedBatch(float Scale, bool EndsStep)
{
    /// <summary>The batch that begins at a row of an epoch.</summary>
    /// <param name="start">Its first row, a multiple of batchSize.</param>
    /// <param name="batchSize">Rows of a batch; the last one takes what is left.</param>
    /// <param name="rows">Of the epoch.</param>
    /// <param name="steps">Batches of a step; the last step takes what is left.</param>
    internal static AccumulatedBatch At(int start, int batchSize, int rows, int steps)
    {
        int own = Math.Min(batchSize, rows - start);
        if (steps == 1)
        {
            return new AccumulatedBatch(1, true);
        }

        long group = (long)batchSize * steps;
        long first = start / group * group;
        long end = Math.Min(first + group, rows);
        return new AccumulatedBatch((float)own / (end - first), start + own >= end);
    }
}
