namespace NativeRnn.Interop;

/// <summary>The arguments of <see cref="Ops.RnnForward"/>: <c>nrnn_rnn_forward_args</c> with tensors.</summary>
internal readonly ref struct RnnForwardCall
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
    public Tensor? Hn { get; init; }
    public Tensor? Cn { get; init; }
    public Tensor? Reserve { get; init; }
}
