using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using NativeRnn.Interop;

namespace NativeRnn.Formats;

/// <summary>
/// An open safetensors file: the header is read and checked, the data are mapped, and each tensor is copied
/// once, from the map to where it is wanted.
/// </summary>
internal sealed class SafetensorsReader : IDisposable
{
    private const int PrefixLength = 8;

    // Elements that are converted, or handed on, at a time: a part of the cache.
    private const int ChunkLength = 1 << 16;

    private readonly MappedFile _file;
    private readonly long _data;

    private SafetensorsReader(string path, MappedFile file)
    {
        FilePath = path;
        _file = file;
        int length = HeaderLength();
        _data = PrefixLength + length;
        Header = SafetensorsHeader.Parse(path, file.Bytes(PrefixLength, length), file.Length - _data);
    }

    internal string FilePath { get; }

    internal SafetensorsHeader Header { get; }

    /// <summary>The texts that the file was written with.</summary>
    internal IReadOnlyDictionary<string, string> Metadata => Header.Metadata
        .Where(pair => pair.Key != SafetensorsChecksum.MetadataName)
        .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);

    /// <summary>Bytes of all tensors.</summary>
    internal long DataLength => _file.Length - _data;

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="ModelFormatException">The header is damaged, or contradicts itself or the
    /// file.</exception>
    internal static SafetensorsReader Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (!stream.CanSeek)
        {
            stream.Dispose();
            throw new ModelFormatException(path, string.Empty, "it is a pipe or a device, not a file");
        }

        MappedFile file = new(stream);
        try
        {
            return new SafetensorsReader(path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Compares the file with the checksum in its metadata, if it has one.</summary>
    /// <param name="required">Whether it must have one.</param>
    /// <exception cref="ModelFormatException">They differ, or there is none and must be.</exception>
    internal void Verify(bool required = false)
    {
        if (!Header.Metadata.TryGetValue(SafetensorsChecksum.MetadataName, out string? wanted))
        {
            if (required)
            {
                throw Damaged("there is no checksum");
            }

            return;
        }

        if (!SafetensorsChecksum.IsKnown(wanted))
        {
            throw Damaged($"the checksum '{Short(wanted)}' is of no known kind");
        }

        SafetensorsChecksum checksum = new(Header.Entries, Header.Metadata);
        for (long done = 0; done < DataLength;)
        {
            int count = (int)Math.Min(DataLength - done, 1 << 30);
            checksum.Append(_file.Bytes(_data + done, count));
            done += count;
        }

        if (checksum.Text != wanted)
        {
            throw Damaged($"the checksum is '{wanted}', that of what is there '{checksum.Text}'");
        }
    }

    /// <summary>A tensor in memory of its own, also while a tape is on.</summary>
    internal Tensor Read(SafetensorsEntry entry, Device device)
    {
        Tensor tensor = Tensor.NewOwned(entry.Shape, device, entry.Element.DType);
        try
        {
            CopyTo(entry, tensor, 0);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Copies the elements to a tensor of their type, from an element of it on.</summary>
    /// <exception cref="ModelFormatException">The type is not read, or an integer is too large.</exception>
    internal void CopyTo(SafetensorsEntry entry, Tensor destination, long offset)
    {
        RequireReadable(entry);
        int[] room = ArrayPool<int>.Shared.Rent(ChunkLength);
        try
        {
            for (long done = 0; done < entry.Length;)
            {
                int count = (int)Math.Min(entry.Length - done, ChunkLength);
                ReadOnlySpan<byte> bytes = _file.Bytes(
                    _data + entry.Begin + (done * entry.Element.Size), count * entry.Element.Size);
                if (entry.Element.DType == DType.Float32)
                {
                    Ops.Write(destination, offset + done, Floats(entry, bytes, room, count));
                }
                else
                {
                    Ops.Write(destination, offset + done, Integers(entry, bytes, room, done, count));
                }

                done += count;
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(room);
        }
    }

    internal void RequireReadable(SafetensorsEntry entry)
    {
        if (!entry.Element.IsRead)
        {
            throw Invalid(
                entry, $"the dtype {entry.Element.Name} is not read, only {SafetensorsElement.Names}");
        }
    }

    public void Dispose() => _file.Dispose();

    // In place where they are floats already, at a multiple of their size.
    private ReadOnlySpan<float> Floats(
        SafetensorsEntry entry, ReadOnlySpan<byte> bytes, int[] room, int count)
    {
        if (entry.Element == SafetensorsElement.Float32 && (_data + entry.Begin) % sizeof(float) == 0)
        {
            return MemoryMarshal.Cast<byte, float>(bytes);
        }

        Span<float> values = MemoryMarshal.Cast<int, float>(room.AsSpan(0, count));
        entry.Element.ToFloats(bytes, values);
        return values;
    }

    private ReadOnlySpan<int> Integers(
        SafetensorsEntry entry, ReadOnlySpan<byte> bytes, int[] room, long done, int count)
    {
        Span<int> values = room.AsSpan(0, count);
        int wrong = entry.Element.ToIntegers(bytes, values);
        if (wrong >= 0)
        {
            string what = entry.Element.Name == "BOOL" ? "neither 0 nor 1" : "outside of int32";
            throw Invalid(entry, $"element {done + wrong} of type {entry.Element.Name} is {what}");
        }

        return values;
    }

    private int HeaderLength()
    {
        if (_file.Length < PrefixLength)
        {
            throw new ModelFormatException(
                FilePath, "byte 0", $"{_file.Length} bytes are no safetensors file, the header's length " +
                $"alone takes {PrefixLength}");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(_file.Bytes(0, PrefixLength));
        return length <= SafetensorsHeader.MaxLength && (long)length <= _file.Length - PrefixLength
            ? (int)length
            : throw new ModelFormatException(
                FilePath, "byte 0", $"the header should have {length} bytes, the file has " +
                $"{_file.Length - PrefixLength} after its length, and a header at most " +
                $"{SafetensorsHeader.MaxLength}: it is truncated, damaged or no safetensors file");
    }

    private ModelFormatException Damaged(string what) => new(
        FilePath, "header", $"{what}: the file was damaged, or changed after it was written. Weights that " +
        "were changed on purpose are read by LoadWeights from a file without " +
        $"'{SafetensorsChecksum.MetadataName}' in its metadata");

    private ModelFormatException Invalid(SafetensorsEntry entry, string what) =>
        new(FilePath, $"tensor '{entry.Name}'", what);

    private static string Short(string text) => text.Length <= 64 ? text : $"{text[..64]}...";
}
