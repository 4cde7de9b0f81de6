using System.Buffers;

namespace NativeRnn.Interop;

/// <summary>
/// As <see cref="Lease"/> for calls that take arrays of handles: columns of as many tensors each, one after the other.
/// The number of leases is not known when compiling, so they are counted by hand; the arrays are pooled.
/// </summary>
internal ref struct LeaseTable
{
    private readonly BufferHandle[] _held;
    private readonly IntPtr[] _pointers;
    private int _count;

    internal LeaseTable(
        ReadOnlySpan<Tensor> first,
        ReadOnlySpan<Tensor> second = default,
        ReadOnlySpan<Tensor> third = default,
        ReadOnlySpan<Tensor> fourth = default)
    {
        int length = first.Length + second.Length + third.Length + fourth.Length;
        _held = ArrayPool<BufferHandle>.Shared.Rent(length);
        _pointers = ArrayPool<IntPtr>.Shared.Rent(length);
        try
        {
            Take(first);
            Take(second);
            Take(third);
            Take(fourth);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The native pointers, column by column.</summary>
    internal readonly Span<IntPtr> Pointers => _pointers;

    /// <summary>Gives the objects back.</summary>
    public readonly void Dispose()
    {
        for (int index = 0; index < _count; index++)
            _held[index].DangerousRelease();
        ArrayPool<BufferHandle>.Shared.Return(_held, clearArray: true);
        ArrayPool<IntPtr>.Shared.Return(_pointers);
    }

    private void Take(ReadOnlySpan<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors)
        {
            BufferHandle buffer = tensor.Buffer;
            bool taken = false;
            buffer.DangerousAddRef(ref taken);
            _pointers[_count] = buffer.DangerousGetHandle();
            _held[_count++] = buffer;
        }
    }
}
