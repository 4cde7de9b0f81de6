using System.Collections;

namespace NativeRnn.Training;

/// <summary>
/// An asynchronous enumeration for a loop that waits for its items: for a thread of the pool, where
/// waiting blocks nothing that the enumeration needs.
/// </summary>
internal sealed class AsyncBatches<T>(IAsyncEnumerable<T> source, CancellationToken cancellationToken)
    : IEnumerable<T>
{
    public IEnumerator<T> GetEnumerator()
    {
        IAsyncEnumerator<T> items = source.GetAsyncEnumerator(cancellationToken);
        try
        {
            while (items.MoveNextAsync().AsTask().GetAwaiter().GetResult())
            {
                yield return items.Current;
            }
        }
        finally
        {
            items.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
