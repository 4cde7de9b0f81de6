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

/// <summary>How an operation goes backward: adds to the gradients of its inputs.</summary>
/// <param name="tape">Where gradients are.</param>
/// <param name="operation">What was recorded.</param>
/// <param name="gradient">Of the first output; must not be changed. Null only if there are several outputs.</param>
internal delegate void BackwardFunction(GradientTape tape, in RecordedOperation operation, Tensor gradient);

/// <summary>
/// What the backward function of an operation needs, in place: with a static function, recording allocates nothing.
/// </summary>
internal readonly record struct Operands(
    Tensor? A = null, Tensor? B = null, Tensor? C = null, object? State = null, float Number = 0);

/// <summary>One operation: the slots of its outputs, and how it goes backward.</summary>
internal readonly record struct RecordedOperation(
    int FirstSlot, int Count, BackwardFunction Backward, Operands Operands);

/// <summary>
/// A gradient that has arrived. Fresh: nobody else uses its memory, so that a further one may be added in place.
/// </summary>
internal readonly record struct SlotGradient(Tensor? Value, bool IsFresh);
