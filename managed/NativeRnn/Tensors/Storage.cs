using NativeRnn.Interop;

namespace NativeRnn;

/// <summary>
/// The memory of one or more tensors. A storage of its own lives until the last tensor on it is disposed or collected;
/// one of a tape's arena until the tape ends, and then serves the next tape: its generation tells the two apart.
/// </summary>
internal sealed class Storage(Device device, DType dtype, long length, BufferHandle buffer, bool isPooled)
{
    // The memory that Buffer is the beginning of; null: Buffer is all of it.
    private BufferHandle? _whole;

    private int _owners;
    private SharedShape? _shape;
    private SharedShape? _otherShape;
    private Tensor? _scratch;

    internal Device Device { get; } = device;

    internal DType DType { get; } = dtype;

    internal long Length { get; } = length;

    /// <summary>Elements that there is memory for, Length or more.</summary>
    internal long Capacity { get; private set; } = length;

    internal BufferHandle Buffer { get; } = buffer;

    /// <summary>Whether it belongs to the pool that tapes take their memory from.</summary>
    internal bool IsPooled { get; } = isPooled;

    /// <summary>Counts the tapes that it has served.</summary>
    internal int Generation { get; private set; }

    internal static Storage Create(Device device, DType dtype, long length, bool isPooled) =>
        new(device, dtype, length, Ops.BufferCreate(device.Handle, (NrnnDtype)dtype, length), isPooled);

    /// <summary>One of the pool, with memory for more elements than it has now.</summary>
    internal static Storage Create(Device device, DType dtype, long length, long capacity)
    {
        Storage all = Create(device, dtype, capacity, isPooled: true);
        return length == capacity ? all : all.WithLength(length);
    }

    /// <summary>Another storage on all of its memory, of which this one gives up its part.</summary>
    internal Storage WithLength(long length)
    {
        BufferHandle whole = _whole ?? Buffer;
        Storage other = new(
            Device, DType, length, length == Capacity ? whole : Ops.BufferSlice(whole, 0, length), IsPooled)
        {
            Capacity = Capacity,
        };
        other._whole = length == Capacity ? null : whole;
        if (_whole is not null)
            Buffer.Dispose();
        return other;
    }

    /// <summary>Frees the memory.</summary>
    internal void Free()
    {
        Buffer.Dispose();
        _whole?.Dispose();
    }

    /// <summary>One more tensor lies on it.</summary>
    internal void Share() => Interlocked.Increment(ref _owners);

    /// <summary>One tensor less lies on it; after the last one a storage of its own is freed.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _owners) == 0 && !IsPooled)
            Buffer.Dispose();
    }

    /// <summary>
    /// The shape as an object: one of the last two again if it is equal, a result's and that of its reshaped alias, so
    /// that steps which repeat make none.
    /// </summary>
    internal SharedShape ShapeOf(in TensorShape shape)
    {
        if (_shape is { } last && last.Value == shape)
            return last;
        SharedShape found = _otherShape is { } other && other.Value == shape ? other : new SharedShape(shape);
        (_otherShape, _shape) = (_shape, found);
        return found;
    }

    /// <summary>
    /// A tensor on a storage that was just rented, for one that never leaves the library: the object of an earlier tape
    /// again if its shape is equal.
    /// </summary>
    internal Tensor Scratch(in TensorShape shape)
    {
        if (_scratch is { } last && last.Sizes == shape)
            last.Renew();
        else
            _scratch = Tensor.On(this, shape);
        return _scratch;
    }

    /// <summary>Makes every tensor on it invalid: the tape has ended.</summary>
    internal void Expire() => Generation++;
}
