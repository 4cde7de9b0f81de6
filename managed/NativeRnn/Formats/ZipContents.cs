using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace NativeRnn.Formats;

/// <summary>
/// The entries of a zip archive, read without trust: no two lie on the same bytes, sizes and CRC-32 are checked, and
/// compressed entries together may become larger than they are stored by <see cref="MaxInflation"/> only.
/// </summary>
internal sealed class ZipContents : IDisposable
{
    /// <summary>What compressed entries may take beyond the archive's own size.</summary>
    internal const long MaxInflation = 16 << 20;

    private const uint HeaderSignature = 0x04034b50;
    private const int HeaderLength = 30;

    private readonly string _path;
    private readonly FileStream _stream;
    private readonly Dictionary<string, ZipEntry> _entries;
    private readonly Dictionary<string, long> _dataOffsets = new(StringComparer.Ordinal);
    private long _inflation;

    private ZipContents(string path, FileStream stream, Dictionary<string, ZipEntry> entries)
    {
        _path = path;
        _stream = stream;
        _entries = entries;
    }

    /// <summary>The names of all entries, with their folders.</summary>
    internal IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Opens an archive and checks its directory and the header of each entry.</summary>
    /// <exception cref="ModelFormatException">It is none, or damaged.</exception>
    internal static ZipContents Open(string path)
    {
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            ZipEnd end = ZipEnd.Find(path, stream);
            ZipContents contents = new(path, stream, ZipDirectory.Read(path, stream, end));
            contents.CheckHeaders(end.DirectoryOffset);
            return contents;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether the bytes are those that zip archives begin with.</summary>
    internal static bool Begins(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == HeaderSignature;

    internal bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>How many bytes <see cref="Read"/> gives, as the directory says.</summary>
    internal long LengthOf(string name) => Find(name).Length;

    /// <summary>The bytes of an entry.</summary>
    /// <exception cref="ModelFormatException">
    /// It is not there, is too large, or its bytes are not those that were written.
    /// </exception>
    internal byte[] Read(string name)
    {
        ZipEntry entry = Find(name);
        if (entry.Length > Array.MaxLength)
        {
            throw Invalid(entry, $"{entry.Length} bytes; entries of at most {Array.MaxLength} are read");
        }

        if (entry.IsDeflated)
        {
            AllowInflation(entry);
        }

        byte[] bytes = new byte[entry.Length];
        _stream.Position = _dataOffsets[name];
        try
        {
            if (entry.IsDeflated)
            {
                Inflate(entry, bytes);
            }
            else
            {
                _stream.ReadExactly(bytes);
            }
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException)
        {
            throw new ModelFormatException(_path, name, "the entry's compressed bytes are damaged", exception);
        }

        uint crc = Crc32.HashToUInt32(bytes);
        return crc == entry.Crc
            ? bytes
            : throw Invalid(entry, $"the CRC-32 is {crc:x8}, should be {entry.Crc:x8}: the file is damaged");
    }

    public void Dispose() => _stream.Dispose();

    private ZipEntry Find(string name) => _entries.TryGetValue(name, out ZipEntry entry)
        ? entry
        : throw new ModelFormatException(_path, name, "the zip archive has no such entry");

    private void AllowInflation(in ZipEntry entry)
    {
        _inflation += Math.Max(0, entry.Length - entry.StoredLength);
        if (_inflation > MaxInflation)
        {
            throw Invalid(
                entry,
                $"{entry.StoredLength} bytes would become {entry.Length}; the entries of an archive may grow by " +
                $"{MaxInflation} bytes in all when they are inflated");
        }
    }

    private void Inflate(in ZipEntry entry, byte[] bytes)
    {
        using BoundedStream stored = new(_stream, entry.StoredLength);
        using DeflateStream inflated = new(stored, CompressionMode.Decompress);
        inflated.ReadExactly(bytes);
        if (inflated.ReadByte() >= 0)
        {
            throw Invalid(entry, $"more than {entry.Length} bytes come out of it, which the directory states");
        }
    }

    // Each entry has a header of its own before its data; it must say the same, and none may lie on another.
    private void CheckHeaders(long end)
    {
        long free = 0;
        string before = "";
        foreach (ZipEntry entry in _entries.Values.OrderBy(entry => entry.HeaderOffset))
        {
            if (entry.HeaderOffset < free)
            {
                throw Invalid(entry, $"it begins at byte {entry.HeaderOffset}, inside of '{before}'");
            }

            long data = CheckHeader(entry, end);
            _dataOffsets.Add(entry.Name, data);
            free = data + entry.StoredLength;
            before = entry.Name;
            if (free > end)
            {
                throw Invalid(entry, $"it ends at byte {free}, inside of the directory, which begins at {end}");
            }
        }
    }

    private long CheckHeader(in ZipEntry entry, long end)
    {
        Span<byte> name = stackalloc byte[ZipDirectory.MaxName];
        name = name[..Encoding.UTF8.GetBytes(entry.Name, name)];
        Span<byte> header = stackalloc byte[HeaderLength + name.Length];
        if (header.Length > end - entry.HeaderOffset)
        {
            throw Invalid(entry, $"no header at byte {entry.HeaderOffset}: the file is damaged");
        }

        _stream.Position = entry.HeaderOffset;
        _stream.ReadExactly(header);
        bool same = Begins(header)
            && BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) == (entry.IsDeflated ? 8 : 0)
            && BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) == name.Length
            && header[HeaderLength..].SequenceEqual(name);
        return same
            ? entry.HeaderOffset + header.Length + BinaryPrimitives.ReadUInt16LittleEndian(header[28..])
            : throw Invalid(entry, $"the header at byte {entry.HeaderOffset} is not that of the directory");
    }

    private ModelFormatException Invalid(in ZipEntry entry, string what) => new(_path, entry.Name, what);
}
