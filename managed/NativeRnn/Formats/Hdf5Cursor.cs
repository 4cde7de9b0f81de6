using System.Buffers.Binary;
using System.Text;

namespace NativeRnn.Formats;

/// <summary>Goes through the bytes of one structure of an HDF5 file and never beyond them.</summary>
internal sealed class Hdf5Cursor
{
    /// <summary>An address that points nowhere.</summary>
    internal const ulong Undefined = ulong.MaxValue;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly Hdf5Source _source;
    private readonly byte[] _bytes;
    private readonly long _offset;
    private readonly string _what;
    private readonly int _end;
    private int _at;

    internal Hdf5Cursor(Hdf5Source source, byte[] bytes, long offset, string what)
        : this(source, bytes, offset, what, 0, bytes.Length)
    {
    }

    private Hdf5Cursor(Hdf5Source source, byte[] bytes, long offset, string what, int start, int end)
    {
        _source = source;
        _bytes = bytes;
        _offset = offset;
        _what = what;
        _at = start;
        _end = end;
    }

    internal int Left => _end - _at;

    internal byte Byte() => Take(1)[0];

    internal ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    internal uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    internal ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    internal void Skip(int length) => Take(length);

    internal ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > Left)
        {
            throw Invalid($"{length} more bytes are needed, {Left} are left: the file is damaged");
        }

        ReadOnlySpan<byte> taken = _bytes.AsSpan(_at, length);
        _at += length;
        return taken;
    }

    /// <summary>The next bytes as a cursor of their own.</summary>
    internal Hdf5Cursor Part(int length, string what)
    {
        int start = _at;
        Take(length);
        return new Hdf5Cursor(_source, _bytes, _offset, what, start, start + length);
    }

    internal void RequireSignature(ReadOnlySpan<byte> signature)
    {
        if (!Take(signature.Length).SequenceEqual(signature))
        {
            throw Invalid($"'{Encoding.ASCII.GetString(signature)}' should stand here: the file is damaged");
        }
    }

    internal void RequireVersion(int version, int wanted)
    {
        if (version != wanted)
        {
            throw Invalid(
                $"version {version} is not read, {wanted} is; h5py writes it unless it is told libver='latest'");
        }
    }

    /// <summary>A name that ends with a zero byte, within the next bytes.</summary>
    internal string Name(int length)
    {
        ReadOnlySpan<byte> bytes = Take(length);
        int end = bytes.IndexOf((byte)0);
        return Utf8(end < 0 ? bytes : bytes[..end]);
    }

    internal string Utf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new ModelFormatException(
                _source.Path, $"byte {_offset + _at}", $"{_what}: a text is not UTF-8: the file is damaged", exception);
        }
    }

    internal ModelFormatException Invalid(string message) =>
        _source.Invalid((ulong)(_offset + _at), $"{_what}: {message}");
}
