namespace NativeRnn.Interop;

/// <summary>
/// The arguments of <see cref="Ops.LinearBackward"/>: <c>nrnn_linear_backward_args</c> with tensors. Weight: [O,I]; the
/// number of rows follows from the length of Dy.
/// </summary>
internal readonly ref struct LinearBackwardCall
{
    public required Tensor X { get; init; }
    public required Tensor Weight { get; init; }
    public required Tensor Dy { get; init; }
    public Tensor? Dx { get; init; }
    public Tensor? Dweight { get; init; }
    public Tensor? Dbias { get; init; }
}
