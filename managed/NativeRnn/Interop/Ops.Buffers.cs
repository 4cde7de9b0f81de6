namespace NativeRnn.Interop;

/// <summary>One method for each native function: leases, one call, status. Shapes are as in nativernn.h.</summary>
internal static unsafe partial class Ops
{
    internal static long LiveObjects()
    {
        long count;
        Status.ThrowIfFailed(NativeMethods.LiveObjects(&count));
        return count;
    }

    internal static DeviceHandle DeviceOpen(in DeviceConfig config)
    {
        NativeLibraryVersion.Check();
        if (config.Kind == (int)NrnnDeviceKind.Cuda)
            NativeLibraryLoader.LoadCuda();
        var handle = new DeviceHandle();
        DeviceConfig copy = config;
        IntPtr pointer;
        Status.ThrowIfFailed(NativeMethods.DeviceOpen(&copy, &pointer));
        handle.Own(pointer);
        return handle;
    }

    /// <summary>GPUs that can be opened; if there are none, why.</summary>
    internal static (int Count, string? Problem) CudaCount()
    {
        NativeLibraryVersion.Check();
        NativeLibraryLoader.LoadCuda();
        int count;
        try
        {
            Status.ThrowIfFailed(NativeMethods.DeviceCount((int)NrnnDeviceKind.Cuda, &count));
        }
        catch (Exception exception) when (exception is NotSupportedException or NativeRnnException)
        {
            return (0, exception.Message);
        }
        return (count, null);
    }

    internal static DeviceProperties DeviceDescribe(DeviceHandle device)
    {
        using Lease d = device.Lease();
        DeviceProperties properties;
        Status.ThrowIfFailed(NativeMethods.DeviceDescribe(d.Pointer, &properties));
        return properties;
    }

    internal static DeviceLimits DeviceMeasure(DeviceHandle device, long workingSet)
    {
        using Lease d = device.Lease();
        DeviceLimits limits;
        Status.ThrowIfFailed(NativeMethods.DeviceMeasure(d.Pointer, workingSet, &limits));
        return limits;
    }

    internal static void DeviceSynchronize(DeviceHandle device)
    {
        using Lease d = device.Lease();
        Status.ThrowIfFailed(NativeMethods.DeviceSynchronize(d.Pointer));
    }

    /// <summary>A buffer of zeros.</summary>
    internal static BufferHandle BufferCreate(DeviceHandle device, NrnnDtype dtype, long length)
    {
        const long ElementBytes = 4;
        using Lease d = device.Lease();
        var handle = new BufferHandle(length * ElementBytes);
        IntPtr pointer;
        Status.ThrowIfFailed(NativeMethods.BufferCreate(d.Pointer, (int)dtype, length, &pointer));
        handle.Own(pointer);
        return handle;
    }

    internal static BufferHandle BufferSlice(BufferHandle parent, long offset, long length)
    {
        using Lease p = parent.Lease();
        var handle = new BufferHandle(0);
        IntPtr pointer;
        Status.ThrowIfFailed(NativeMethods.BufferSlice(p.Pointer, offset, length, &pointer));
        handle.Own(pointer);
        return handle;
    }

    internal static long BufferLength(BufferHandle buffer)
    {
        using Lease b = buffer.Lease();
        long length;
        Status.ThrowIfFailed(NativeMethods.BufferLength(b.Pointer, &length));
        return length;
    }

    internal static void Write(Tensor tensor, long offset, ReadOnlySpan<float> values)
    {
        using Lease b = Lease.Of(tensor);
        fixed (float* source = values)
            Status.ThrowIfFailed(NativeMethods.BufferWrite(b.Pointer, offset, source, values.Length));
    }

    internal static void Write(Tensor tensor, long offset, ReadOnlySpan<int> values)
    {
        using Lease b = Lease.Of(tensor);
        fixed (int* source = values)
            Status.ThrowIfFailed(NativeMethods.BufferWriteInt32(b.Pointer, offset, source, values.Length));
    }

    internal static void Read(Tensor tensor, long offset, Span<float> values)
    {
        using Lease b = Lease.Of(tensor);
        fixed (float* destination = values)
            Status.ThrowIfFailed(NativeMethods.BufferRead(b.Pointer, offset, destination, values.Length));
    }

    internal static void Read(Tensor tensor, long offset, Span<int> values)
    {
        using Lease b = Lease.Of(tensor);
        fixed (int* destination = values)
            Status.ThrowIfFailed(NativeMethods.BufferReadInt32(b.Pointer, offset, destination, values.Length));
    }

    internal static void Fill(Tensor tensor, float value)
    {
        using Lease b = Lease.Of(tensor);
        Status.ThrowIfFailed(NativeMethods.BufferFill(b.Pointer, value));
    }

    internal static void Copy(Tensor source, Tensor destination)
    {
        using Lease s = Lease.Of(source), d = Lease.Of(destination);
        Status.ThrowIfFailed(NativeMethods.BufferCopy(s.Pointer, d.Pointer));
    }
}
