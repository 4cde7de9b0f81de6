namespace NativeRnn.Interop;

internal static unsafe partial class Ops
{
    /// <summary>Layer normalisation over the last axis of x. statistics: [rows,2], for backward.</summary>
    internal static void LayerNormForward(
        Tensor x, Tensor? weight, Tensor? bias, float epsilon, Tensor y, Tensor? statistics)
    {
        using Lease px = Lease.Of(x), pw = Lease.Of(weight), pb = Lease.Of(bias), py = Lease.Of(y);
        using Lease ps = Lease.Of(statistics);
        (long rows, long columns) = RowsOf(x);
        var args = new LayerNormArgs
        {
            Rows = rows,
            Columns = columns,
            Epsilon = epsilon,
            X = px.Pointer,
            Weight = pw.Pointer,
            Bias = pb.Pointer,
            Y = py.Pointer,
            Statistics = ps.Pointer,
        };
        Status.ThrowIfFailed(NativeMethods.LayerNormForward(&args));
    }

    internal static void LayerNormBackward(in LayerNormBackwardCall call)
    {
        using Lease x = Lease.Of(call.X), weight = Lease.Of(call.Weight);
        using Lease statistics = Lease.Of(call.Statistics), dy = Lease.Of(call.Dy), dx = Lease.Of(call.Dx);
        using Lease dweight = Lease.Of(call.Dweight), dbias = Lease.Of(call.Dbias);
        (long rows, long columns) = RowsOf(call.X);
        var args = new LayerNormBackwardArgs
        {
            Rows = rows,
            Columns = columns,
            X = x.Pointer,
            Weight = weight.Pointer,
            Statistics = statistics.Pointer,
            Dy = dy.Pointer,
            Dx = dx.Pointer,
            Dweight = dweight.Pointer,
            Dbias = dbias.Pointer,
        };
        Status.ThrowIfFailed(NativeMethods.LayerNormBackward(&args));
    }
}
