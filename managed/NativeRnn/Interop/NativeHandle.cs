using System.Runtime.InteropServices;

namespace NativeRnn.Interop;

/// <summary>
/// A native object. Its finalizer closes what nobody disposed; a native child keeps its device alive, so that any
/// order is right. Made empty and filled after the native call, so that no failure between the two can leak.
/// </summary>
internal abstract class NativeHandle() : SafeHandle(IntPtr.Zero, ownsHandle: true)
{
    public override bool IsInvalid => handle == IntPtr.Zero;

    /// <summary>Keeps the object alive for a call.</summary>
    internal Lease Lease() => new(this);

    /// <summary>Takes over what a native function has created.</summary>
    internal void Own(IntPtr pointer) => SetHandle(pointer);
}

/// <summary>A <c>nrnn_device</c>.</summary>
internal sealed class DeviceHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        NativeMethods.DeviceClose(handle);
        return true;
    }
}

/// <summary>A <c>nrnn_rnn</c>: a prepared stack of recurrent layers.</summary>
internal sealed class RnnHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        NativeMethods.RnnClose(handle);
        return true;
    }
}

/// <summary>A <c>nrnn_stream</c>: the state of a sequence between its steps.</summary>
internal sealed class StreamHandle : NativeHandle
{
    protected override bool ReleaseHandle()
    {
        NativeMethods.StreamClose(handle);
        return true;
    }
}

/// <summary>A <c>nrnn_weights</c>: packed weights. Tells the garbage collector what they weigh.</summary>
internal sealed class WeightsHandle : NativeHandle
{
    private long _bytes;

    internal new void Own(IntPtr pointer)
    {
        base.Own(pointer);
        _bytes = Ops.WeightsBytes(this);
        GC.AddMemoryPressure(_bytes);
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.WeightsClose(handle);
        if (_bytes > 0)
            GC.RemoveMemoryPressure(_bytes);
        return true;
    }
}

/// <summary>A <c>nrnn_buffer</c>. Tells the garbage collector what its memory weighs.</summary>
/// <param name="bytes">Of its own memory; 0 for a slice.</param>
internal sealed class BufferHandle(long bytes) : NativeHandle
{
    internal new void Own(IntPtr pointer)
    {
        base.Own(pointer);
        if (bytes > 0)
            GC.AddMemoryPressure(bytes);
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.BufferClose(handle);
        if (bytes > 0)
            GC.RemoveMemoryPressure(bytes);
        return true;
    }
}
