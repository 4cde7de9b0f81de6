namespace NativeRnn.Interop;

internal static unsafe partial class Ops
{
    internal static void ScanForward(in ScanCall call, Tensor y, Tensor hn)
    {
        using Lease device = y.Device.Handle.Lease();
        using Lease gates = Lease.Of(call.Gates), u = Lease.Of(call.U), lengths = Lease.Of(call.Lengths);
        using Lease h0 = Lease.Of(call.H0), py = Lease.Of(y), phn = Lease.Of(hn);
        var args = new ScanForwardArgs
        {
            Kind = (int)call.Kind,
            Directions = call.Directions,
            BatchFirst = call.BatchFirst ? 1 : 0,
            Steps = call.Steps,
            Batch = call.Batch,
            Hidden = call.Hidden,
            Gates = gates.Pointer,
            U = u.Pointer,
            Lengths = lengths.Pointer,
            H0 = h0.Pointer,
            Y = py.Pointer,
            Hn = phn.Pointer,
        };
        Status.ThrowIfFailed(NativeMethods.ScanForward(device.Pointer, &args));
    }

    internal static void ScanBackward(in ScanCall call, in ScanGradientsCall gradients)
    {
        using Lease device = call.Gates.Device.Handle.Lease();
        using Lease gates = Lease.Of(call.Gates), u = Lease.Of(call.U), lengths = Lease.Of(call.Lengths);
        using Lease h0 = Lease.Of(call.H0), y = Lease.Of(gradients.Y), dy = Lease.Of(gradients.Dy);
        using Lease dhn = Lease.Of(gradients.Dhn), dgates = Lease.Of(gradients.Dgates);
        using Lease du = Lease.Of(gradients.Du), dh0 = Lease.Of(gradients.Dh0);
        var args = new ScanBackwardArgs
        {
            Kind = (int)call.Kind,
            Directions = call.Directions,
            BatchFirst = call.BatchFirst ? 1 : 0,
            Steps = call.Steps,
            Batch = call.Batch,
            Hidden = call.Hidden,
            Gates = gates.Pointer,
            U = u.Pointer,
            Lengths = lengths.Pointer,
            H0 = h0.Pointer,
            Y = y.Pointer,
            Dy = dy.Pointer,
            Dhn = dhn.Pointer,
            Dgates = dgates.Pointer,
            Du = du.Pointer,
            Dh0 = dh0.Pointer,
        };
        Status.ThrowIfFailed(NativeMethods.ScanBackward(device.Pointer, &args));
    }
}
