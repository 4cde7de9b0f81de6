namespace NativeRnn.Interop;

internal static unsafe partial class Ops
{
    internal static void Gemm(in GemmCall call)
    {
        using Lease device = call.C.Device.Handle.Lease();
        using Lease a = Lease.Of(call.A), b = Lease.Of(call.B), c = Lease.Of(call.C);
        var args = new GemmArgs
        {
            Batch = call.Batch,
            M = call.M,
            N = call.N,
            K = call.K,
            TransposeA = call.TransposeA ? 1 : 0,
            TransposeB = call.TransposeB ? 1 : 0,
            ShareA = call.ShareA ? 1 : 0,
            ShareB = call.ShareB ? 1 : 0,
            Accumulate = call.Accumulate ? 1 : 0,
            A = a.Pointer,
            B = b.Pointer,
            C = c.Pointer,
        };
        Status.ThrowIfFailed(NativeMethods.Gemm(device.Pointer, &args));
    }

    /// <summary>y = x weight^T + bias. weight: [O,I]; x and y: any shape of R I and R O elements.</summary>
    internal static void LinearForward(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        using Lease device = y.Device.Handle.Lease();
        using Lease px = Lease.Of(x), pw = Lease.Of(weight), pb = Lease.Of(bias), py = Lease.Of(y);
        var args = new LinearArgs
        {
            Rows = y.Length / weight.Shape[0],
            Input = weight.Shape[1],
            Output = weight.Shape[0],
            X = px.Pointer,
            Weight = pw.Pointer,
            Bias = pb.Pointer,
            Y = py.Pointer,
        };
        Status.ThrowIfFailed(NativeMethods.LinearForward(device.Pointer, &args));
    }

    internal static void LinearBackward(in LinearBackwardCall call)
    {
        using Lease device = call.Dy.Device.Handle.Lease();
        using Lease x = Lease.Of(call.X), weight = Lease.Of(call.Weight), dy = Lease.Of(call.Dy);
        using Lease dx = Lease.Of(call.Dx), dweight = Lease.Of(call.Dweight), dbias = Lease.Of(call.Dbias);
        var args = new LinearBackwardArgs
        {
            Rows = call.Dy.Length / call.Weight.Shape[0],
            Input = call.Weight.Shape[1],
            Output = call.Weight.Shape[0],
            X = x.Pointer,
            Weight = weight.Pointer,
            Dy = dy.Pointer,
            Dx = dx.Pointer,
            Dweight = dweight.Pointer,
            Dbias = dbias.Pointer,
        };
        Status.ThrowIfFailed(NativeMethods.LinearBackward(device.Pointer, &args));
    }

    /// <summary>y[r] = table[indices[r]]. table: [V,D].</summary>
    internal static void EmbeddingForward(Tensor table, Tensor indices, Tensor y)
    {
        using Lease device = table.Device.Handle.Lease();
        using Lease t = Lease.Of(table), i = Lease.Of(indices), o = Lease.Of(y);
        EmbeddingArgs args = EmbeddingArgsOf(table, indices, padding: -1);
        (args.Table, args.Indices, args.Y) = (t.Pointer, i.Pointer, o.Pointer);
        Status.ThrowIfFailed(NativeMethods.EmbeddingForward(device.Pointer, &args));
    }

    /// <summary>dtable[indices[r]] += dy[r], but for rows whose index is padding.</summary>
    internal static void EmbeddingBackward(Tensor dtable, Tensor indices, Tensor dy, long padding = -1)
    {
        using Lease device = dtable.Device.Handle.Lease();
        using Lease t = Lease.Of(dtable), i = Lease.Of(indices), g = Lease.Of(dy);
        EmbeddingArgs args = EmbeddingArgsOf(dtable, indices, padding);
        (args.Table, args.Indices, args.Y) = (t.Pointer, i.Pointer, g.Pointer);
        Status.ThrowIfFailed(NativeMethods.EmbeddingBackward(device.Pointer, &args));
    }

    private static EmbeddingArgs EmbeddingArgsOf(Tensor table, Tensor indices, long padding) => new()
    {
        Rows = indices.Length,
        Vocabulary = table.Shape[0],
        Dimension = table.Shape[1],
        Padding = padding,
    };
}
