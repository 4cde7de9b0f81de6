namespace NativeRnn.Interop;

internal static unsafe partial class Ops
{
    /// <summary>Softmax, or its logarithm, over the last axis of x; y may be x.</summary>
    internal static void SoftmaxForward(Tensor x, bool logarithm, Tensor y)
    {
        using Lease px = Lease.Of(x), py = Lease.Of(y);
        (long rows, long columns) = RowsOf(x);
        Status.ThrowIfFailed(
            NativeMethods.SoftmaxForward(rows, columns, logarithm ? 1 : 0, px.Pointer, py.Pointer));
    }

    internal static void SoftmaxBackward(Tensor y, bool logarithm, Tensor dy, Tensor dx)
    {
        using Lease py = Lease.Of(y), pdy = Lease.Of(dy), pdx = Lease.Of(dx);
        (long rows, long columns) = RowsOf(y);
        Status.ThrowIfFailed(NativeMethods.SoftmaxBackward(
            rows, columns, logarithm ? 1 : 0, py.Pointer, pdy.Pointer, pdx.Pointer));
    }

    /// <summary>losses[r], in nats; 0 for a row that is ignored.</summary>
    internal static void CrossEntropyForward(in CrossEntropyCall call, Tensor losses)
    {
        using Lease logits = Lease.Of(call.Logits), targets = Lease.Of(call.Targets), y = Lease.Of(losses);
        CrossEntropyArgs args = CrossEntropyArgsOf(call);
        (args.Logits, args.Targets) = (logits.Pointer, targets.Pointer);
        Status.ThrowIfFailed(NativeMethods.CrossEntropyForward(&args, y.Pointer));
    }

    internal static void CrossEntropyBackward(in CrossEntropyCall call, Tensor dlosses, Tensor dlogits)
    {
        using Lease logits = Lease.Of(call.Logits), targets = Lease.Of(call.Targets);
        using Lease dy = Lease.Of(dlosses), dx = Lease.Of(dlogits);
        CrossEntropyArgs args = CrossEntropyArgsOf(call);
        (args.Logits, args.Targets) = (logits.Pointer, targets.Pointer);
        Status.ThrowIfFailed(NativeMethods.CrossEntropyBackward(&args, dy.Pointer, dx.Pointer));
    }

    internal static void Dropout(Tensor x, float rate, long seed, long offset, Tensor y)
    {
        using Lease px = Lease.Of(x), py = Lease.Of(y);
        Status.ThrowIfFailed(NativeMethods.Dropout(px.Pointer, rate, seed, offset, py.Pointer));
    }

    internal static void RandomUniform(Tensor tensor, float low, float high, long seed, long offset = 0)
    {
        using Lease t = Lease.Of(tensor);
        Status.ThrowIfFailed(NativeMethods.RandomUniform(t.Pointer, low, high, seed, offset));
    }

    internal static void RandomNormal(Tensor tensor, float mean, float deviation, long seed, long offset = 0)
    {
        using Lease t = Lease.Of(tensor);
        Status.ThrowIfFailed(NativeMethods.RandomNormal(t.Pointer, mean, deviation, seed, offset));
    }

    private static CrossEntropyArgs CrossEntropyArgsOf(in CrossEntropyCall call)
    {
        (long rows, long columns) = RowsOf(call.Logits);
        return new CrossEntropyArgs
        {
            Rows = rows,
            Columns = columns,
            IgnoreIndex = call.IgnoreIndex,
            LabelSmoothing = call.LabelSmoothing,
        };
    }

    private static (long Rows, long Columns) RowsOf(Tensor tensor)
    {
        long columns = tensor.Shape[^1];
        return (columns == 0 ? 0 : tensor.Length / columns, columns);
    }
}
