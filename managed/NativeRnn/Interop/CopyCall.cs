namespace NativeRnn.Interop;

/// <summary>The arguments of <see cref="Ops.CopyStrided"/>: <c>nrnn_copy_args</c> with tensors.</summary>
internal readonly ref struct CopyCall
{
    public required TensorShape Sizes { get; init; }
    public bool Accumulate { get; init; }
    public required Tensor Source { get; init; }
    public long SourceOffset { get; init; }
    public required Strides SourceStrides { get; init; }
    public required Tensor Destination { get; init; }
    public long DestinationOffset { get; init; }
    public required Strides DestinationStrides { get; init; }
}
