namespace NativeRnn;

/// <summary>The lists that the tapes of a device use in turn, so that a tape allocates next to nothing.</summary>
internal sealed class TapeMemory
{
    /// <summary>What was recorded, in order.</summary>
    internal List<RecordedOperation> Operations { get; } = [];

    /// <summary>The gradients of recorded outputs, by their slot.</summary>
    internal List<SlotGradient> Gradients { get; } = [];

    internal void Clear()
    {
        Operations.Clear();
        Gradients.Clear();
    }
}

/// <summary>One operation: the slots of its outputs, and how it goes backward. One of the two actions is set.</summary>
internal readonly record struct RecordedOperation(int FirstSlot, int Count, Action<Tensor>? One, Action? Many);

/// <summary>
/// A gradient that has arrived. Fresh: nobody else uses its memory, so that a further one may be added in place.
/// </summary>
internal readonly record struct SlotGradient(Tensor? Value, bool IsFresh);
