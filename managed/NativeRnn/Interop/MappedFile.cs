using System.IO.MemoryMappedFiles;

namespace NativeRnn.Interop;

/// <summary>
/// A file's bytes as memory: what is looked at is read from the disk, nothing is copied. While it is mapped
/// no other program may make the file shorter (on Unix that is a fault of the process); files of this library
/// are replaced by moving new ones to their place, which leaves a mapped one as it is.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private byte* _first;

    /// <param name="stream">An open file; closed with the map.</param>
    internal MappedFile(FileStream stream)
    {
        Length = stream.Length;
        if (Length == 0)
        {
            // No map can be empty.
            stream.Dispose();
            return;
        }

        _map = MemoryMappedFile.CreateFromFile(
            stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _first);
        _first += _view.PointerOffset;
    }

    internal long Length { get; }

    /// <summary>Some bytes; valid until the map is disposed.</summary>
    internal ReadOnlySpan<byte> Bytes(long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - count);
        return new ReadOnlySpan<byte>(_first + offset, count);
    }

    public void Dispose()
    {
        if (_first is not null)
        {
            _first = null;
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        _view?.Dispose();
        _map?.Dispose();
    }
}
