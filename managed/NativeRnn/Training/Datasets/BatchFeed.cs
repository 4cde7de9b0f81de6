using System.Runtime.ExceptionServices;

namespace NativeRnn.Training;

/// <summary>
/// Where <see cref="FitLoop"/> gets its batches from, epoch by epoch. On a device that queues its work the next batch is
/// loaded while this one's results are awaited (<see cref="Prepare"/>).
/// </summary>
internal abstract class BatchFeed : IDisposable
{
    private Prepared? _prepared;
    private Batch? _loaded;

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

    /// <summary>
    /// Whether a batch may be taken before the one that runs is done. Not a user's own batches: the code that makes them may
    /// look at what the model has learnt until then.
    /// </summary>
    protected virtual bool CanPrepare => false;

    /// <summary>Begins an epoch, from 1, after some of its batches.</summary>
    internal void StartEpoch(int epoch, int skip)
    {
        (_prepared, _loaded) = (null, null);
        Start(epoch, skip);
    }

    /// <summary>Gets the next batch ready; no tape is on.</summary>
    internal bool MoveNext()
    {
        (Prepared? prepared, _prepared) = (_prepared, null);
        prepared?.Failure?.Throw();
        _loaded = prepared?.Batch;
        return prepared?.More ?? Advance();
    }

    /// <summary>The batch that is ready; its tensors may belong to the tape that is on.</summary>
    internal Batch Load() => _loaded ?? LoadForTape();

    /// <summary>
    /// Takes and loads the next batch already, if that pays. What fails comes out where the batch would have:
    /// <see cref="MoveNext"/> throws it.
    /// </summary>
    internal void Prepare()
    {
        if (!CanPrepare || !Device.QueuesWork)
        {
            return;
        }

        try
        {
            bool more = Advance();
            _prepared = new Prepared(more, more ? LoadAhead() : null, null);
        }
        catch (Exception exception)
        {
            _prepared = new Prepared(false, null, ExceptionDispatchInfo.Capture(exception));
        }
    }

    public abstract void Dispose();

    protected abstract void Start(int epoch, int skip);

    protected abstract bool Advance();

    protected abstract Batch LoadForTape();

    /// <summary>As <see cref="LoadForTape"/>, but the tensors outlive the tape, and those loaded before stay as they are.</summary>
    protected virtual Batch LoadAhead() => throw new NotSupportedException();

    private sealed record Prepared(bool More, Batch? Batch, ExceptionDispatchInfo? Failure);
}
