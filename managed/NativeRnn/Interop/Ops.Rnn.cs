namespace NativeRnn.Interop;

internal static unsafe partial class Ops
{
    internal static RnnHandle RnnCreate(NativeRnn.Device device, in RnnConfig config)
    {
        using Lease d = device.Handle.Lease();
        var handle = new RnnHandle();
        RnnConfig copy = config;
        IntPtr pointer;
        Status.ThrowIfFailed(NativeMethods.RnnCreate(d.Pointer, &copy, &pointer));
        handle.Own(pointer);
        return handle;
    }

    internal static long RnnParamsLength(RnnHandle rnn)
    {
        using Lease r = rnn.Lease();
        long length;
        Status.ThrowIfFailed(NativeMethods.RnnParamsLength(r.Pointer, &length));
        return length;
    }

    internal static RnnWeightLocation RnnLocateWeight(RnnHandle rnn, int layer, int direction, NrnnWeightKind kind)
    {
        using Lease r = rnn.Lease();
        var weight = new RnnWeight { Layer = layer, Direction = direction, Kind = (int)kind };
        RnnWeightLocation location;
        Status.ThrowIfFailed(NativeMethods.RnnLocateWeight(r.Pointer, &weight, &location));
        return location;
    }

    internal static long RnnReserveLength(RnnHandle rnn, long steps, long batch)
    {
        using Lease r = rnn.Lease();
        long length;
        Status.ThrowIfFailed(NativeMethods.RnnReserveLength(r.Pointer, steps, batch, &length));
        return length;
    }

    internal static void RnnForward(RnnHandle rnn, in RnnForwardCall call)
    {
        using Lease r = rnn.Lease(), parameters = Lease.Of(call.Params), x = Lease.Of(call.X);
        using Lease lengths = Lease.Of(call.Lengths), h0 = Lease.Of(call.H0), c0 = Lease.Of(call.C0);
        using Lease y = Lease.Of(call.Y), hn = Lease.Of(call.Hn), cn = Lease.Of(call.Cn);
        using Lease reserve = Lease.Of(call.Reserve);
        var args = new RnnForwardArgs
        {
            Steps = call.Steps,
            Batch = call.Batch,
            Seed = call.Seed,
            Params = parameters.Pointer,
            X = x.Pointer,
            Lengths = lengths.Pointer,
            H0 = h0.Pointer,
            C0 = c0.Pointer,
            Y = y.Pointer,
            Hn = hn.Pointer,
            Cn = cn.Pointer,
            Reserve = reserve.Pointer,
        };
        Status.ThrowIfFailed(NativeMethods.RnnForward(r.Pointer, &args));
    }

    internal static void RnnBackward(RnnHandle rnn, in RnnBackwardCall call)
    {
        using Lease r = rnn.Lease(), parameters = Lease.Of(call.Params), x = Lease.Of(call.X);
        using Lease lengths = Lease.Of(call.Lengths), h0 = Lease.Of(call.H0), c0 = Lease.Of(call.C0);
        using Lease y = Lease.Of(call.Y), reserve = Lease.Of(call.Reserve);
        using Lease dy = Lease.Of(call.Dy), dhn = Lease.Of(call.Dhn), dcn = Lease.Of(call.Dcn);
        using Lease dx = Lease.Of(call.Dx), dh0 = Lease.Of(call.Dh0), dc0 = Lease.Of(call.Dc0);
        using Lease dparams = Lease.Of(call.Dparams);
        var args = new RnnBackwardArgs
        {
            Steps = call.Steps,
            Batch = call.Batch,
            Seed = call.Seed,
            Params = parameters.Pointer,
            X = x.Pointer,
            Lengths = lengths.Pointer,
            H0 = h0.Pointer,
            C0 = c0.Pointer,
            Y = y.Pointer,
            Reserve = reserve.Pointer,
            Dy = dy.Pointer,
            Dhn = dhn.Pointer,
            Dcn = dcn.Pointer,
            Dx = dx.Pointer,
            Dh0 = dh0.Pointer,
            Dc0 = dc0.Pointer,
            Dparams = dparams.Pointer,
        };
        Status.ThrowIfFailed(NativeMethods.RnnBackward(r.Pointer, &args));
    }
}
