using NativeRnn.Interop;

namespace NativeRnn;

/// <summary>
/// The memory of one or more tensors. A storage of its own lives until the last tensor on it is disposed or collected;
/// one of a tape's arena until the tape ends, and then serves the next tape: its generation tells the two apart.
/// </summary>
internal sealed class Storage(Device device, DType dtype, long length, BufferHandle buffer, bool isPooled)
{
    private int _owners;

    internal Device Device { get; } = device;

    internal DType DType { get; } = dtype;

    internal long Length { get; } = length;

    internal BufferHandle Buffer { get; } = buffer;

    /// <summary>Whether it belongs to the pool that tapes take their memory from.</summary>
    internal bool IsPooled { get; } = isPooled;

    /// <summary>Counts the tapes that it has served.</summary>
    internal int Generation { get; private set; }

    internal static Storage Create(Device device, DType dtype, long length, bool isPooled) =>
        new(device, dtype, length, Ops.BufferCreate(device.Handle, (NrnnDtype)dtype, length), isPooled);

    /// <summary>One more tensor lies on it.</summary>
    internal void Share() => Interlocked.Increment(ref _owners);

    /// <summary>One tensor less lies on it; after the last one a storage of its own is freed.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _owners) == 0 && !IsPooled)
            Buffer.Dispose();
    }

    /// <summary>Makes every tensor on it invalid: the tape has ended.</summary>
    internal void Expire() => Generation++;
}
