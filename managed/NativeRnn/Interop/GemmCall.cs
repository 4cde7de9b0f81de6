namespace NativeRnn.Interop;

/// <summary>The arguments of <see cref="Ops.Gemm"/>: <c>nrnn_gemm_args</c> with tensors.</summary>
internal readonly ref struct GemmCall
{
    public GemmCall()
    {
    }

    public long Batch { get; init; } = 1;
    public required long M { get; init; }
    public required long N { get; init; }
    public required long K { get; init; }
    public bool TransposeA { get; init; }
    public bool TransposeB { get; init; }
    public bool ShareA { get; init; }
    public bool ShareB { get; init; }
    public bool Accumulate { get; init; }
    public required Tensor A { get; init; }
    public required Tensor B { get; init; }
    public required Tensor C { get; init; }
}
