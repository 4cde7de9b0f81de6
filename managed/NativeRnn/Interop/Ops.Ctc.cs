namespace NativeRnn.Interop;

internal static unsafe partial class Ops
{
    /// <summary>Floats of the reserve of <see cref="CtcForward"/>.</summary>
    internal static long CtcReserveLength(in CtcCall call)
    {
        CtcArgs args = CtcArgsOf(call);
        long length;
        Status.ThrowIfFailed(NativeMethods.CtcReserveLength(&args, &length));
        return length;
    }

    /// <summary>losses: [B]; reserve: null when no backward pass follows.</summary>
    internal static void CtcForward(in CtcCall call, Tensor losses, Tensor? reserve)
    {
        using Lease device = losses.Device.Handle.Lease();
        using Lease logits = Lease.Of(call.Logits), targets = Lease.Of(call.Targets);
        using Lease lengths = Lease.Of(call.Lengths), targetLengths = Lease.Of(call.TargetLengths);
        using Lease y = Lease.Of(losses), kept = Lease.Of(reserve);
        CtcArgs args = CtcArgsOf(call);
        (args.Logits, args.Targets) = (logits.Pointer, targets.Pointer);
        (args.Lengths, args.TargetLengths) = (lengths.Pointer, targetLengths.Pointer);
        Status.ThrowIfFailed(NativeMethods.CtcForward(device.Pointer, &args, y.Pointer, kept.Pointer));
    }

    internal static void CtcBackward(in CtcCall call, Tensor reserve, Tensor dlosses, Tensor dlogits)
    {
        using Lease device = dlosses.Device.Handle.Lease();
        using Lease logits = Lease.Of(call.Logits), targets = Lease.Of(call.Targets);
        using Lease lengths = Lease.Of(call.Lengths), targetLengths = Lease.Of(call.TargetLengths);
        using Lease kept = Lease.Of(reserve), dy = Lease.Of(dlosses), dx = Lease.Of(dlogits);
        CtcArgs args = CtcArgsOf(call);
        (args.Logits, args.Targets) = (logits.Pointer, targets.Pointer);
        (args.Lengths, args.TargetLengths) = (lengths.Pointer, targetLengths.Pointer);
        Status.ThrowIfFailed(
            NativeMethods.CtcBackward(device.Pointer, &args, kept.Pointer, dy.Pointer, dx.Pointer));
    }

    private static CtcArgs CtcArgsOf(in CtcCall call) => new()
    {
        Steps = call.Logits.Shape[call.BatchFirst ? 1 : 0],
        Batch = call.Logits.Shape[call.BatchFirst ? 0 : 1],
        Classes = call.Logits.Shape[2],
        MaxTargets = call.Targets.Shape[1],
        BatchFirst = call.BatchFirst ? 1 : 0,
        Blank = call.Blank,
        ZeroInfinity = call.ZeroInfinity ? 1 : 0,
    };
}
