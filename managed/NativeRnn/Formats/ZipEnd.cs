using System.Buffers.Binary;

namespace NativeRnn.Formats;

/// <summary>
/// The end of a zip archive: where its directory of entries lies. Sizes beyond 32 bits stand in a record of their own
/// (zip64) before the end; where both state a number, they must agree.
/// </summary>
/// <param name="DirectoryOffset">Where the directory begins.</param>
/// <param name="DirectoryLength">Its bytes.</param>
/// <param name="Count">Its entries.</param>
internal readonly record struct ZipEnd(long DirectoryOffset, long DirectoryLength, long Count)
{
    private const uint Signature = 0x06054b50;
    private const int RecordLength = 22;
    private const uint LocatorSignature = 0x07064b50;
    private const int LocatorLength = 20;
    private const uint WideSignature = 0x06064b50;
    private const int WideLength = 56;

    // A comment of at most 65535 bytes may follow the record.
    private const int TailLength = RecordLength + ushort.MaxValue;

    /// <summary>Finds the directory of an archive.</summary>
    internal static ZipEnd Find(string path, Stream stream)
    {
        byte[] tail = new byte[Math.Min(stream.Length, TailLength)];
        stream.Position = stream.Length - tail.Length;
        stream.ReadExactly(tail);
        int at = FindRecord(tail);
        if (at < 0)
        {
            throw new ModelFormatException(
                path, "", "the end of a zip archive is missing: the file is truncated or no zip archive");
        }

        ReadOnlySpan<byte> record = tail.AsSpan(at, RecordLength);
        long position = stream.Length - tail.Length + at;
        ZipEnd narrow = new(UInt32(record, 16), UInt32(record, 12), UInt16(record, 10));
        bool split = UInt16(record, 4) is not (0 or ushort.MaxValue) || UInt16(record, 4) != UInt16(record, 6)
            || UInt16(record, 8) != UInt16(record, 10);
        ZipEnd end = narrow;
        if (at >= LocatorLength && UInt32(tail, at - LocatorLength) == LocatorSignature)
        {
            long locator = position - LocatorLength;
            (end, position) = ReadWide(path, stream, locator, tail.AsSpan(at - LocatorLength, LocatorLength));
            split |= !Agree(narrow, end);
        }

        if (split)
        {
            throw new ModelFormatException(
                path, $"byte {position}", "the zip archive's end contradicts itself, or it is one part of several");
        }

        return end.Checked(path, position);
    }

    private static int FindRecord(ReadOnlySpan<byte> tail)
    {
        for (int at = tail.Length - RecordLength; at >= 0; at--)
        {
            if (UInt32(tail, at) == Signature && at + RecordLength + UInt16(tail, at + 20) == tail.Length)
            {
                return at;
            }
        }

        return -1;
    }

    private static (ZipEnd End, long Position) ReadWide(
        string path, Stream stream, long locatorPosition, ReadOnlySpan<byte> locator)
    {
        ulong position = BinaryPrimitives.ReadUInt64LittleEndian(locator[8..]);
        Span<byte> record = stackalloc byte[WideLength];
        if (position <= (ulong)locatorPosition && (ulong)locatorPosition - position >= WideLength)
        {
            stream.Position = (long)position;
            stream.ReadExactly(record);
        }

        if (UInt32(record, 0) != WideSignature)
        {
            throw new ModelFormatException(
                path, $"byte {locatorPosition}",
                $"the zip64 end should be at byte {position}; there is none: the file is damaged");
        }

        ZipEnd end = new(Int64(record, 48), Int64(record, 40), Int64(record, 32));
        bool split = UInt32(record, 16) != UInt32(record, 20) || Int64(record, 24) != end.Count;
        return (split ? end with { Count = -1 } : end, (long)position);
    }

    // 16 or 32 bits that are all ones say: see the other record.
    private static bool Agree(in ZipEnd narrow, in ZipEnd wide) =>
        (narrow.DirectoryOffset == uint.MaxValue || narrow.DirectoryOffset == wide.DirectoryOffset)
        && (narrow.DirectoryLength == uint.MaxValue || narrow.DirectoryLength == wide.DirectoryLength)
        && (narrow.Count == ushort.MaxValue || narrow.Count == wide.Count);

    private ZipEnd Checked(string path, long position)
    {
        bool fits = DirectoryOffset >= 0 && DirectoryLength >= 0 && Count >= 0
            && DirectoryOffset <= position && DirectoryLength <= position - DirectoryOffset;
        return fits
            ? this
            : throw new ModelFormatException(
                path, $"byte {position}",
                $"the zip archive's directory should be {DirectoryLength} bytes from byte {DirectoryOffset} on, " +
                $"{Count} entries, before byte {position}: the file is truncated or damaged");
    }

    private static int UInt16(ReadOnlySpan<byte> bytes, int at) =>
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Int64(ReadOnlySpan<byte> bytes, int at) =>
        BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
