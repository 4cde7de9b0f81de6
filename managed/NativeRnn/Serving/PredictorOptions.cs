using NativeRnn.Layers;

namespace NativeRnn.Serving;

/// <summary>How a <see cref="Predictor"/> serves its model.</summary>
public sealed record PredictorOptions
{
    private const int MostReplicas = 8;

    /// <summary>
    /// Copies of the model, each with a device of its own: so many predictions run at once, and so many times the
    /// model's memory is taken. 0, the default: on the CPU one for each processor of the process, but at most 8; on a
    /// GPU one.
    /// </summary>
    public int Replicas { get; init; }

    /// <summary>
    /// What each replica computes on. By default the CPU with one thread, which serves the most requests a second; more
    /// threads end a single large one sooner.
    /// </summary>
    public DeviceOptions Device { get; init; } = new() { Threads = 1 };

    /// <summary>Predictions that may wait for a replica, at least 0; one more is refused.</summary>
    public int QueueLimit { get; init; } = 1024;

    /// <summary>
    /// How long a prediction may wait for a replica, at most 24 days; <see cref="Timeout.InfiniteTimeSpan"/>: as long as
    /// its token allows.
    /// </summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Samples that one call may bring, at least 1: bounds the memory that a replica takes.</summary>
    public int MaxBatch { get; init; } = 1024;

    /// <summary>
    /// The shape of a sample, without the batch's axis; -1 stands for an axis of any length, such as the steps:
    /// <c>[-1, 16]</c>. Samples are held against it, and each replica predicts zeros of it once before it serves, so that
    /// a model that can't take it fails when it is loaded. Null: the layers alone judge the samples.
    /// </summary>
    public IReadOnlyList<int>? InputShape { get; init; }

    /// <summary>The type of the samples' elements: int32 for a model that begins with an embedding.</summary>
    public DType InputType { get; init; } = DType.Float32;

    internal int ActualReplicas => Replicas > 0
        ? Replicas
        : Device.Kind == DeviceKind.Cpu ? Math.Min(Environment.ProcessorCount, MostReplicas) : 1;

    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Device);
        ArgumentOutOfRangeException.ThrowIfNegative(Replicas);
        ArgumentOutOfRangeException.ThrowIfNegative(QueueLimit);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBatch, 1);
        if (QueueTimeout != Timeout.InfiniteTimeSpan
            && (QueueTimeout < TimeSpan.Zero || QueueTimeout.TotalMilliseconds > int.MaxValue))
        {
            throw new ArgumentOutOfRangeException(
                nameof(QueueTimeout), QueueTimeout, "QueueTimeout must be 0 to 24 days, or infinite");
        }

        if (InputShape?.Any(size => size is < -1 or 0) == true)
        {
            throw new ArgumentException(
                $"InputShape is {Sizes.Text([.. InputShape])}; sizes must be at least 1, or -1 for any", nameof(InputShape));
        }
    }
}
