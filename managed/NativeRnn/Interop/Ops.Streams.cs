namespace NativeRnn.Interop;

internal static unsafe partial class Ops
{
    internal static WeightsHandle WeightsPack(RnnHandle rnn, Tensor parameters, NrnnWeightStorage storage)
    {
        using Lease r = rnn.Lease(), p = Lease.Of(parameters);
        var handle = new WeightsHandle();
        IntPtr pointer;
        Status.ThrowIfFailed(NativeMethods.WeightsPack(r.Pointer, p.Pointer, (int)storage, &pointer));
        handle.Own(pointer);
        return handle;
    }

    internal static long WeightsBytes(WeightsHandle weights)
    {
        using Lease w = weights.Lease();
        long bytes;
        Status.ThrowIfFailed(NativeMethods.WeightsBytes(w.Pointer, &bytes));
        return bytes;
    }

    internal static StreamHandle StreamOpen(WeightsHandle weights, long batch)
    {
        using Lease w = weights.Lease();
        var handle = new StreamHandle();
        IntPtr pointer;
        Status.ThrowIfFailed(NativeMethods.StreamOpen(w.Pointer, batch, &pointer));
        handle.Own(pointer);
        return handle;
    }

    internal static void StreamReset(StreamHandle stream)
    {
        using Lease s = stream.Lease();
        Status.ThrowIfFailed(NativeMethods.StreamReset(s.Pointer));
    }

    internal static void StreamRun(StreamHandle stream, long steps, ReadOnlySpan<float> x, Span<float> y)
    {
        using Lease s = stream.Lease();
        fixed (float* input = x, output = y)
            Status.ThrowIfFailed(NativeMethods.StreamRun(s.Pointer, steps, input, x.Length, output, y.Length));
    }

    internal static void StreamReadState(StreamHandle stream, Span<float> h, Span<float> c)
    {
        using Lease s = stream.Lease();
        fixed (float* hidden = h, cell = c)
            Status.ThrowIfFailed(NativeMethods.StreamReadState(s.Pointer, hidden, h.Length, cell, c.Length));
    }

    internal static void StreamWriteState(StreamHandle stream, ReadOnlySpan<float> h, ReadOnlySpan<float> c)
    {
        using Lease s = stream.Lease();
        fixed (float* hidden = h, cell = c)
            Status.ThrowIfFailed(NativeMethods.StreamWriteState(s.Pointer, hidden, h.Length, cell, c.Length));
    }
}
