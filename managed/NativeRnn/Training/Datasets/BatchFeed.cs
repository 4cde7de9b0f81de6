namespace NativeRnn.Training;

/// <summary>Where <see cref="FitLoop"/> gets its batches from, epoch by epoch.</summary>
internal abstract class BatchFeed : IDisposable
{
    internal abstract Device Device { get; }

    /// <summary>Of a whole batch; the size of the first axis says nothing.</summary>
    internal abstract ReadOnlySpan<int> InputShape { get; }

    internal abstract DType InputType { get; }

    /// <summary>Batches of an epoch; 0 while it is not known.</summary>
    internal abstract int Batches { get; }

    /// <summary>Rows of an epoch; 0 while it is not known.</summary>
    internal abstract long Rows { get; }

    /// <summary>What must be the same for a run to be resumed.</summary>
    internal abstract string Identity { get; }

    /// <summary>Begins an epoch, from 1, after some of its batches.</summary>
    internal abstract void StartEpoch(int epoch, int skip);

    /// <summary>Gets the next batch ready; no tape is on.</summary>
    internal abstract bool MoveNext();

    /// <summary>The batch that is ready; its tensors may belong to the tape that is on.</summary>
    internal abstract Batch Load();

    public abstract void Dispose();
}
