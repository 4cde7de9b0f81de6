using Microsoft.Extensions.Logging;

namespace NativeRnn.Serving;

/// <summary>
/// Hands out replicas, each to one at a time, in the order in which they are asked for. After Dispose a replica that is
/// out is freed when it comes back.
/// </summary>
internal sealed class ReplicaPool(
    IEnumerable<Replica> replicas, PredictorOptions options, string model, ILogger logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<Replica> _free = new(replicas);
    private readonly SemaphoreSlim _count = new(options.ActualReplicas);
    private int _waiting;
    private bool _disposed;

    /// <exception cref="PredictorBusyException">Too many wait.</exception>
    /// <exception cref="TimeoutException">It waited too long.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed, before or meanwhile.</exception>
    internal Replica Rent(CancellationToken cancellationToken)
    {
        if (_count.Wait(0, cancellationToken))
        {
            return Take();
        }

        BeginWaiting();
        try
        {
            RequireInTime(_count.Wait(options.QueueTimeout, cancellationToken));
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        return Take();
    }

    /// <inheritdoc cref="Rent"/>
    internal async ValueTask<Replica> RentAsync(CancellationToken cancellationToken)
    {
        if (_count.Wait(0, cancellationToken))
        {
            return Take();
        }

        BeginWaiting();
        try
        {
            RequireInTime(await _count.WaitAsync(options.QueueTimeout, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        return Take();
    }

    internal void Return(Replica replica)
    {
        bool keep;
        lock (_gate)
        {
            keep = !_disposed;
            if (keep)
            {
                _free.Push(replica);
            }
        }

        if (!keep)
        {
            replica.Dispose();
        }

        _count.Release();
    }

    // The semaphore has no handle to free, and those that wait still need it.
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_free.TryPop(out Replica? replica))
            {
                replica.Dispose();
            }
        }
    }

    private Replica Take()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                return _free.Pop();
            }
        }

        // So that the next one that waits learns of it too.
        _count.Release();
        throw new ObjectDisposedException(nameof(Predictor), $"the predictor of {model} is disposed");
    }

    private void BeginWaiting()
    {
        int waiting = Interlocked.Increment(ref _waiting) - 1;
        if (waiting >= options.QueueLimit)
        {
            Interlocked.Decrement(ref _waiting);
            logger.Refused(model, waiting);
            throw new PredictorBusyException(
                $"{waiting} predictions of {model} wait already, at most {options.QueueLimit} may");
        }
    }

    private void RequireInTime(bool entered)
    {
        if (!entered)
        {
            logger.TimedOut(model, options.QueueTimeout);
            throw new TimeoutException(
                $"no replica of {model} was free within {options.QueueTimeout}: {options.ActualReplicas} serve");
        }
    }
}
