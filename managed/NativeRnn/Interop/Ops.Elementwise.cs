namespace NativeRnn.Interop;

internal static unsafe partial class Ops
{
    internal static void UnaryForward(NrnnUnaryOp op, Tensor x, Tensor y)
    {
        using Lease px = Lease.Of(x), py = Lease.Of(y);
        Status.ThrowIfFailed(NativeMethods.UnaryForward((int)op, px.Pointer, py.Pointer));
    }

    internal static void UnaryBackward(NrnnUnaryOp op, Tensor x, Tensor y, Tensor dy, Tensor dx)
    {
        using Lease px = Lease.Of(x), py = Lease.Of(y), pdy = Lease.Of(dy), pdx = Lease.Of(dx);
        Status.ThrowIfFailed(
            NativeMethods.UnaryBackward((int)op, px.Pointer, py.Pointer, pdy.Pointer, pdx.Pointer));
    }

    /// <summary>y = scale x + shift; y may be x.</summary>
    internal static void Affine(Tensor x, float scale, float shift, Tensor y)
    {
        using Lease px = Lease.Of(x), py = Lease.Of(y);
        Status.ThrowIfFailed(NativeMethods.Affine(px.Pointer, scale, shift, py.Pointer));
    }

    internal static void Binary(in BinaryCall call)
    {
        using Lease a = Lease.Of(call.A), b = Lease.Of(call.B), y = Lease.Of(call.Y);
        var args = new BinaryArgs { Op = (int)call.Op, Rank = call.Sizes.Rank };
        call.Sizes.CopyTo(new Span<long>(args.Sizes, TensorShape.MaximumRank));
        call.AStrides.CopyTo(new Span<long>(args.AStrides, TensorShape.MaximumRank));
        call.BStrides.CopyTo(new Span<long>(args.BStrides, TensorShape.MaximumRank));
        (args.A, args.B, args.Y) = (a.Pointer, b.Pointer, y.Pointer);
        Status.ThrowIfFailed(NativeMethods.Binary(&args));
    }

    /// <summary>target += value; both of one length.</summary>
    internal static void AddInto(Tensor target, Tensor value)
    {
        using Lease t = Lease.Of(target), v = Lease.Of(value);
        var args = new BinaryArgs { Op = (int)NrnnBinaryOp.Add, Rank = 1 };
        (args.Sizes[0], args.AStrides[0], args.BStrides[0]) = (target.Length, 1, 1);
        (args.A, args.B, args.Y) = (t.Pointer, v.Pointer, t.Pointer);
        Status.ThrowIfFailed(NativeMethods.Binary(&args));
    }

    internal static void CopyStrided(in CopyCall call)
    {
        using Lease source = Lease.Of(call.Source), destination = Lease.Of(call.Destination);
        var args = new CopyArgs
        {
            Rank = call.Sizes.Rank,
            Accumulate = call.Accumulate ? 1 : 0,
            SourceOffset = call.SourceOffset,
            DestinationOffset = call.DestinationOffset,
            Source = source.Pointer,
            Destination = destination.Pointer,
        };
        call.Sizes.CopyTo(new Span<long>(args.Sizes, TensorShape.MaximumRank));
        call.SourceStrides.CopyTo(new Span<long>(args.SourceStrides, TensorShape.MaximumRank));
        call.DestinationStrides.CopyTo(new Span<long>(args.DestinationStrides, TensorShape.MaximumRank));
        Status.ThrowIfFailed(NativeMethods.CopyStrided(&args));
    }

    internal static void Where(Tensor condition, Tensor a, Tensor b, Tensor y)
    {
        using Lease pc = Lease.Of(condition), pa = Lease.Of(a), pb = Lease.Of(b), py = Lease.Of(y);
        Status.ThrowIfFailed(NativeMethods.Where(pc.Pointer, pa.Pointer, pb.Pointer, py.Pointer));
    }

    internal static void MaxForward(Axis axis, Tensor x, Tensor y)
    {
        using Lease px = Lease.Of(x), py = Lease.Of(y);
        Status.ThrowIfFailed(NativeMethods.MaxForward(&axis, px.Pointer, py.Pointer));
    }

    internal static void MaxBackward(Axis axis, Tensor x, Tensor y, Tensor dy, Tensor dx)
    {
        using Lease px = Lease.Of(x), py = Lease.Of(y), pdy = Lease.Of(dy), pdx = Lease.Of(dx);
        Status.ThrowIfFailed(
            NativeMethods.MaxBackward(&axis, px.Pointer, py.Pointer, pdy.Pointer, pdx.Pointer));
    }

    internal static void Gather(Axis axis, long count, Tensor x, Tensor indices, Tensor y)
    {
        using Lease px = Lease.Of(x), pi = Lease.Of(indices), py = Lease.Of(y);
        Status.ThrowIfFailed(NativeMethods.Gather(&axis, count, px.Pointer, pi.Pointer, py.Pointer));
    }

    internal static void ScatterAdd(Axis axis, long count, Tensor y, Tensor indices, Tensor x)
    {
        using Lease py = Lease.Of(y), pi = Lease.Of(indices), px = Lease.Of(x);
        Status.ThrowIfFailed(NativeMethods.ScatterAdd(&axis, count, py.Pointer, pi.Pointer, px.Pointer));
    }
}
