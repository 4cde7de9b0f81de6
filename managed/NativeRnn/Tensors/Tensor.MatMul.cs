using NativeRnn.Interop;

namespace NativeRnn;

// Matrix products.
public sealed partial class Tensor
{
    /// <summary>
    /// The matrix product over the last two axes: [..,M,K] times [..,K,N] is [..,M,N]. The leading axes are broadcast
    /// as in NumPy.
    /// </summary>
    /// <param name="other">The right factor.</param>
    /// <exception cref="ArgumentException">The shapes don't fit, or a type or device differs.</exception>
    public Tensor MatMul(Tensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Require(DType.Float32, nameof(MatMul));
        other.Require(DType.Float32, nameof(MatMul));
        RequireOneDevice(nameof(MatMul), this, other);
        if (Rank < 2 || other.Rank < 2)
            throw new ArgumentException($"MatMul needs matrices, got {ShapeText} and {other.ShapeText}.");
        if (Shape[^1] != other.Shape[^2])
            throw new ArgumentException(
                $"MatMul: {ShapeText} and {other.ShapeText} don't fit: the first has {Shape[^1]} columns, " +
                $"the second {other.Shape[^2]} rows.");

        TensorShape batchA = new(Shape[..^2]), batchB = new(other.Shape[..^2]);
        int mark = OperationTrace.Mark(Device);
        // A single matrix is shared by the whole batch; else both operands get the whole batch.
        TensorShape batch = TensorShape.Broadcast(batchA, batchB, nameof(MatMul));
        Tensor a = batchA.Rank == 0
            ? this
            : BroadcastTo(new TensorShape([.. batch.Sizes, .. Shape[^2..]]));
        Tensor b = batchB.Rank == 0
            ? other
            : other.BroadcastTo(new TensorShape([.. batch.Sizes, .. other.Shape[^2..]]));
        Tensor y = Empty([.. batch.Sizes, Shape[^2], other.Shape[^1]], Device);
        MatrixProduct product = ProductOf(a, b, batch.Length);
        Ops.Gemm(new GemmCall
        {
            Batch = product.Batch,
            M = product.M,
            N = product.N,
            K = product.K,
            ShareA = product.ShareA,
            A = a,
            B = b,
            C = y,
        });
        Device.Trace?.Fuse(mark, TracedKind.MatMul, null, [y], [this, other]);
        return GradientTape.For(a, b) is { } tape ? RecordMatMul(tape, product, a, b, y) : y;
    }

    private static MatrixProduct ProductOf(Tensor a, Tensor b, long batch)
    {
        long m = a.Shape[^2], n = b.Shape[^1], k = a.Shape[^1];
        // A batch of left factors with one right factor is one product of more rows.
        return b.Rank == 2
            ? new MatrixProduct(1, batch * m, n, k, false)
            : new MatrixProduct(batch, m, n, k, a.Rank == 2);
    }

    private static Tensor RecordMatMul(GradientTape tape, MatrixProduct product, Tensor a, Tensor b, Tensor y)
    {
        tape.Record(y, dy =>
        {
            if (tape.NeedsGradient(a))
                AddLeftGradient(tape, product, a, b, dy);
            if (tape.NeedsGradient(b))
                AddRightGradient(tape, product, a, b, dy);
        });
        return y;
    }

    /// <summary>da += dy b^T, summed over the batch where it shares a.</summary>
    private static void AddLeftGradient(GradientTape tape, MatrixProduct product, Tensor a, Tensor b, Tensor dy)
    {
        bool accumulate = false;
        Tensor da = product.ShareA
            ? Empty([.. b.Shape[..^2], .. a.Shape], a.Device)
            : tape.GradientTarget(a, out accumulate);
        Ops.Gemm(new GemmCall
        {
            Batch = product.Batch,
            M = product.M,
            N = product.K,
            K = product.N,
            TransposeB = true,
            Accumulate = accumulate,
            A = dy,
            B = b,
            C = da,
        });
        if (product.ShareA)
            tape.AccumulateBroadcast(a, da);
    }

    /// <summary>db += a^T dy.</summary>
    private static void AddRightGradient(GradientTape tape, MatrixProduct product, Tensor a, Tensor b, Tensor dy)
    {
        Tensor db = tape.GradientTarget(b, out bool accumulate);
        Ops.Gemm(new GemmCall
        {
            Batch = product.Batch,
            M = product.K,
            N = product.N,
            K = product.M,
            TransposeA = true,
            ShareA = product.ShareA,
            Accumulate = accumulate,
            A = a,
            B = dy,
            C = db,
        });
    }

    /// <summary>The sizes of a batch of products, [M,K] times [K,N].</summary>
    private readonly record struct MatrixProduct(long Batch, long M, long N, long K, bool ShareA);
}
