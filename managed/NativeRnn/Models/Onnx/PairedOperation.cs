namespace NativeRnn.Models;

/// <summary>An operation that all trials have at the same place.</summary>
/// <param name="Trials">The operation in each of them.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Outputs">Its outputs.</param>
internal sealed record PairedOperation(
    TracedOperation[] Trials, GraphValue?[] Inputs, GraphValue[] Outputs)
{
    internal TracedKind Kind => Trials[0].Kind;

    internal object? Part => Trials[0].Part;

    internal bool IsConstant => Array.TrueForAll(Inputs, input => input is null or { IsConstant: true });

    /// <summary>What the kind says of the details; the same in all trials, but for slices.</summary>
    internal T Details<T>() => (T)Trials[0].Details!;
}
