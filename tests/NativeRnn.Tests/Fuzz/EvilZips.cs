using System.Buffers.Binary;
using System.IO.Compression;

namespace NativeRnn.Tests.Fuzz;

/// <summary>
/// Zip archives that lie about themselves, made of a good one: those that a reader of models must refuse, each under a
/// name that says what is evil.
/// </summary>
internal sealed class EvilZips
{
    private const int DirectorySignature = 0x02014b50;
    private const int DirectoryHeaderLength = 46;
    private const int EndLength = 22;
    private const int BombLength = 200 << 20;

    private readonly (string Name, byte[] Bytes)[] _entries;
    private readonly byte[] _stored;
    private readonly int[] _read;
    private readonly List<(string What, byte[] Bytes)> _made = [];

    private EvilZips(byte[] good, Func<string, bool> isRead)
    {
        using ZipArchive archive = new(new MemoryStream(good), ZipArchiveMode.Read);
        _entries = [.. archive.Entries.Select(entry => (entry.FullName, Read(entry)))];
        _stored = Make(_entries);
        _read = [.. Enumerable.Range(0, _entries.Length).Where(index => isRead(_entries[index].Name))];
    }

    /// <param name="good">An archive that loads.</param>
    /// <param name="isRead">Whether the loader looks at an entry of a name: what is in others does not matter.</param>
    internal static IReadOnlyList<(string What, byte[] Bytes)> Of(byte[] good, Func<string, bool> isRead)
    {
        EvilZips zips = new(good, isRead);
        zips.AddNames();
        zips.AddBombs();
        zips.AddLies();
        return zips._made;
    }

    private void AddNames()
    {
        foreach (string name in new[] { "/etc/passwd", "../up", "a/../../up", "C:\\windows", "a\\b", "line\nbreak", "nul\0" })
            _made.Add(($"an entry named {name.ReplaceLineEndings("?")}", Make([.. _entries, (name, [1, 2, 3])])));
        foreach ((string name, byte[] bytes) in _entries)
            _made.Add(($"two entries {name}", Make([.. _entries, (name, [.. bytes, 1])])));
    }

    private void AddBombs()
    {
        byte[] zeros = new byte[BombLength];
        foreach (int index in _read)
        {
            (string, byte[])[] entries = [.. _entries];
            entries[index].Item2 = zeros;
            _made.Add(($"{_entries[index].Name} of {BombLength} zeros", Make(entries, CompressionLevel.Fastest)));
        }
    }

    // Places in a header of the directory: 8 flags, 10 method, 16 CRC, 20 stored and 24 whole length, 42 local header.
    private void AddLies()
    {
        foreach (int index in _read)
        {
            string name = _entries[index].Name;
            Patch($"{name} encrypted", index, 8, header => header | 1);
            Patch($"{name} by an unknown method", index, 10, header => (header & ~0xFFFF) | 99);
            Patch($"{name} with another CRC", index, 16, crc => ~crc);
            Patch($"{name} stored in more bytes", index, 20, length => length + 1);
            Patch($"{name} stored in 2^31 bytes", index, 20, _ => int.MaxValue);
            Patch($"{name} longer than it is", index, 24, length => length + 1);
            Patch($"{name} of 2^32 - 2 bytes", index, 24, _ => -2);
            Patch($"{name} beyond the end", index, 42, _ => _stored.Length);
            if (index > 0)
                Patch($"{name} on the bytes of {_entries[0].Name}", index, 42, _ => Header(0, 42));
        }
        int end = _stored.Length - EndLength;
        PatchAt("fewer entries than there are", end + 8, _ => ((_entries.Length - 1) << 16) | (_entries.Length - 1));
        PatchAt("more entries than there are", end + 8, _ => 0x7FFF_7FFF);
        PatchAt("a directory of 2^31 bytes", end + 12, _ => int.MaxValue);
        PatchAt("a directory beyond the end", end + 16, _ => _stored.Length);
    }

    private void Patch(string what, int index, int place, Func<int, int> change) =>
        PatchAt(what, HeaderAt(index) + place, change);

    private void PatchAt(string what, int place, Func<int, int> change)
    {
        byte[] bytes = [.. _stored];
        Span<byte> number = bytes.AsSpan(place);
        BinaryPrimitives.WriteInt32LittleEndian(number, change(BinaryPrimitives.ReadInt32LittleEndian(number)));
        _made.Add((what, bytes));
    }

    private int Header(int index, int place) =>
        BinaryPrimitives.ReadInt32LittleEndian(_stored.AsSpan(HeaderAt(index) + place));

    private int HeaderAt(int index)
    {
        int at = BinaryPrimitives.ReadInt32LittleEndian(_stored.AsSpan(_stored.Length - EndLength + 16));
        for (; index > 0; index--)
        {
            Assert.Equal(DirectorySignature, BinaryPrimitives.ReadInt32LittleEndian(_stored.AsSpan(at)));
            ReadOnlySpan<byte> header = _stored.AsSpan(at);
            at += DirectoryHeaderLength;
            for (int length = 28; length <= 32; length += 2)
                at += BinaryPrimitives.ReadUInt16LittleEndian(header[length..]);
        }
        return at;
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static byte[] Make(
        (string Name, byte[] Bytes)[] entries, CompressionLevel compression = CompressionLevel.NoCompression)
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in entries)
            {
                using Stream entry = archive.CreateEntry(name, compression).Open();
                entry.Write(bytes);
            }
        }
        return stream.ToArray();
    }
}
