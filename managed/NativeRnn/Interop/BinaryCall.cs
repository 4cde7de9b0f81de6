namespace NativeRnn.Interop;

/// <summary>The arguments of <see cref="Ops.Binary"/>: <c>nrnn_binary_args</c> with tensors.</summary>
internal readonly ref struct BinaryCall
{
    public required NrnnBinaryOp Op { get; init; }
    public required TensorShape Sizes { get; init; }
    public required Tensor A { get; init; }
    public required Strides AStrides { get; init; }
    public required Tensor B { get; init; }
    public required Strides BStrides { get; init; }
    public required Tensor Y { get; init; }
}
