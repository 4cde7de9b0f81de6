namespace NativeRnn.Interop;

/// <summary>The arguments of <see cref="Ops.RnnBackward"/>: <c>nrnn_rnn_backward_args</c> with tensors.</summary>
internal readonly ref struct RnnBackwardCall
{
    public required long Steps { get; init; }
    public required long Batch { get; init; }
    public long Seed { get; init; }
    public required Tensor Params { get; init; }
    public required Tensor X { get; init; }
    public Tensor? Lengths { get; init; }
    public Tensor? H0 { get; init; }
    public Tensor? C0 { get; init; }
    public required Tensor Y { get; init; }
    public required Tensor Reserve { get; init; }
    public Tensor? Dy { get; init; }
    public Tensor? Dhn { get; init; }
    public Tensor? Dcn { get; init; }
    public Tensor? Dx { get; init; }
    public Tensor? Dh0 { get; init; }
    public Tensor? Dc0 { get; init; }
    public Tensor? Dparams { get; init; }
}
