namespace NativeRnn.Interop;

/// <summary>
/// The arguments of <see cref="Ops.LayerNormBackward"/>: <c>nrnn_layer_norm_backward_args</c> with tensors; rows run
/// along the last axis of X.
/// </summary>
internal readonly ref struct LayerNormBackwardCall
{
    public required Tensor X { get; init; }
    public Tensor? Weight { get; init; }
    public required Tensor Statistics { get; init; }
    public required Tensor Dy { get; init; }
    public Tensor? Dx { get; init; }
    public Tensor? Dweight { get; init; }
    public Tensor? Dbias { get; init; }
}
