using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace NativeRnn.Training;

/// <summary>
/// Runs an enumeration on a thread of its own, a few items ahead. An exception comes out where its
/// item would have; ending early stops the thread and waits for it.
/// </summary>
internal static class Prefetching
{
    internal static IEnumerable<T> Of<T>(IEnumerable<T> source, int ahead)
    {
        using BlockingCollection<T> ready = new(ahead);
        using CancellationTokenSource ended = new();
        ExceptionDispatchInfo? failure = null;
        Thread producer = new(() =>
        {
            try
            {
                foreach (T item in source)
                {
                    ready.Add(item, ended.Token);
                }
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
            finally
            {
                ready.CompleteAdding();
            }
        })
        {
            IsBackground = true,
            Name = "NativeRnn prefetch",
        };
        producer.Start();
        try
        {
            foreach (T item in ready.GetConsumingEnumerable())
            {
                yield return item;
            }

            failure?.Throw();
        }
        finally
        {
            ended.Cancel();
            producer.Join();
        }
    }
}
