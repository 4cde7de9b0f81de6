namespace NativeRnn;

/// <summary>One operation of a trace.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Details">What <see cref="TracedKind"/> says of the kind.</param>
/// <param name="Inputs">In the kind's order.</param>
/// <param name="Outputs">None of what is unsupported and only reads.</param>
/// <param name="Part">The part of the model that it was computed in; null: not known.</param>
internal sealed record TracedOperation(
    TracedKind Kind, object? Details, Tensor?[] Inputs, Tensor[] Outputs, object? Part);
