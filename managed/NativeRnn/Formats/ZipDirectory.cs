using System.Buffers.Binary;
using System.Text;

namespace NativeRnn.Formats;

/// <summary>
/// Reads the directory of a zip archive without trust: names must be plain and there once, sizes must fit into the
/// file, nothing is encrypted.
/// </summary>
internal sealed class ZipDirectory
{
    /// <summary>Bytes of an entry's name.</summary>
    internal const int MaxName = 1024;

    private const int MaxEntries = 65536;
    private const int MaxLength = 16 << 20;
    private const uint Signature = 0x02014b50;
    private const int FixedLength = 46;

    // Encrypted, compressed patches, strongly encrypted, directory encrypted.
    private const int RefusedFlags = 0x0001 | 0x0020 | 0x0040 | 0x2000;
    private const int Stored = 0;
    private const int Deflated = 8;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly string _path;
    private readonly byte[] _bytes;
    private readonly long _offset;
    private int _at;

    private ZipDirectory(string path, byte[] bytes, long offset)
    {
        _path = path;
        _bytes = bytes;
        _offset = offset;
    }

    /// <summary>All entries by name.</summary>
    internal static Dictionary<string, ZipEntry> Read(string path, Stream stream, in ZipEnd end)
    {
        if (end.Count > MaxEntries || end.DirectoryLength > MaxLength || end.Count * FixedLength > end.DirectoryLength)
        {
            throw new ModelFormatException(
                path, $"byte {end.DirectoryOffset}",
                $"a directory of {end.Count} entries in {end.DirectoryLength} bytes; at most {MaxEntries} in " +
                $"{MaxLength} are read, and each takes {FixedLength}");
        }

        byte[] bytes = new byte[end.DirectoryLength];
        stream.Position = end.DirectoryOffset;
        stream.ReadExactly(bytes);
        ZipDirectory directory = new(path, bytes, end.DirectoryOffset);
        Dictionary<string, ZipEntry> entries = new((int)end.Count, StringComparer.Ordinal);
        for (long count = 0; count < end.Count; count++)
        {
            ZipEntry entry = directory.ReadEntry();
            if (!entries.TryAdd(entry.Name, entry))
            {
                throw new ModelFormatException(path, entry.Name, "the zip archive has two entries of this name");
            }
        }

        return directory._at == bytes.Length
            ? entries
            : throw directory.Invalid($"{bytes.Length - directory._at} bytes after the last entry");
    }

    private ZipEntry ReadEntry()
    {
        ReadOnlySpan<byte> record = Take(FixedLength);
        if (UInt32(record, 0) != Signature)
        {
            throw Invalid("no entry of a zip archive's directory");
        }

        int flags = UInt16(record, 8);
        int method = UInt16(record, 10);
        string name = ReadName(Take(UInt16(record, 28)));
        ReadOnlySpan<byte> extra = Take(UInt16(record, 30));
        Take(UInt16(record, 32));
        if ((flags & RefusedFlags) != 0)
        {
            throw new ModelFormatException(_path, name, "the entry is encrypted; such archives are not read");
        }

        if (method is not (Stored or Deflated))
        {
            throw new ModelFormatException(
                _path, name, $"compressed by method {method}; stored (0) and deflated (8) entries are read");
        }

        ZipEntry entry = new(
            name, UInt32(record, 42), UInt32(record, 20), UInt32(record, 24), UInt32(record, 16), method == Deflated);
        return Checked(Widened(entry, extra));
    }

    private string ReadName(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxName)
        {
            throw Invalid($"an entry's name has {bytes.Length} bytes; at most {MaxName} are read");
        }

        string name;
        try
        {
            name = StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Invalid("an entry's name is not UTF-8");
        }

        bool plain = name.Length > 0 && !name.StartsWith('/')
            && name.AsSpan().IndexOfAny('\\', ':') < 0 && !name.Any(char.IsControl)
            && !HasDots(name);
        return plain
            ? name
            : throw new ModelFormatException(
                _path, PrintableText.Of(name), "the name of a zip entry must be a path below the archive");
    }

    private static bool HasDots(string path)
    {
        foreach (Range part in path.AsSpan().Split('/'))
        {
            if (path.AsSpan()[part] is "." or "..")
            {
                return true;
            }
        }

        return false;
    }

    // Of sizes that are all ones the real ones stand in the extra field 1 (zip64), in this order.
    private ZipEntry Widened(ZipEntry entry, ReadOnlySpan<byte> extra)
    {
        ReadOnlySpan<byte> wide = FindExtra(extra, 1);
        if (entry.Length == uint.MaxValue)
        {
            entry = entry with { Length = TakeInt64(ref wide, entry.Name) };
        }

        if (entry.StoredLength == uint.MaxValue)
        {
            entry = entry with { StoredLength = TakeInt64(ref wide, entry.Name) };
        }

        return entry.HeaderOffset == uint.MaxValue
            ? entry with { HeaderOffset = TakeInt64(ref wide, entry.Name) }
            : entry;
    }

    private ZipEntry Checked(in ZipEntry entry)
    {
        bool fits = entry.Length >= 0 && entry.StoredLength >= 0 && entry.HeaderOffset >= 0
            && entry.HeaderOffset <= _offset && entry.StoredLength <= _offset - entry.HeaderOffset;
        if (!fits || (!entry.IsDeflated && entry.Length != entry.StoredLength))
        {
            throw new ModelFormatException(
                _path, entry.Name,
                $"{entry.StoredLength} bytes after byte {entry.HeaderOffset} should become {entry.Length}; entries " +
                $"end at byte {_offset}: the file is truncated or damaged");
        }

        return entry;
    }

    private static ReadOnlySpan<byte> FindExtra(ReadOnlySpan<byte> extra, int id)
    {
        while (extra.Length >= 4)
        {
            int length = UInt16(extra, 2);
            if (length > extra.Length - 4)
            {
                return [];
            }

            if (UInt16(extra, 0) == id)
            {
                return extra.Slice(4, length);
            }

            extra = extra[(4 + length)..];
        }

        return [];
    }

    private long TakeInt64(ref ReadOnlySpan<byte> wide, string name)
    {
        if (wide.Length < sizeof(long))
        {
            throw new ModelFormatException(_path, name, "the entry's zip64 sizes are missing");
        }

        long value = BinaryPrimitives.ReadInt64LittleEndian(wide);
        wide = wide[sizeof(long)..];
        return value;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _bytes.Length - _at)
        {
            throw Invalid("the zip archive's directory ends inside of an entry");
        }

        ReadOnlySpan<byte> taken = _bytes.AsSpan(_at, length);
        _at += length;
        return taken;
    }

    private ModelFormatException Invalid(string what) => new(_path, $"byte {_offset + _at}", what);

    private static int UInt16(ReadOnlySpan<byte> bytes, int at) =>
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
