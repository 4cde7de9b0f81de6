using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace NativeRnn.Training;

/// <summary>
/// A file of TensorBoard events. A record is its length (uint64), the length's checksum, the data and
/// the data's checksum; a checksum is CRC-32C, turned right by 15 bits, plus a constant. The data is a
/// message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5 }
/// of protocol buffers, with Summary { repeated Value value = 1 } and
/// Value { string tag = 1; float simple_value = 2 }.
/// </summary>
internal sealed class EventFile : IDisposable
{
    private const uint MaskDelta = 0xA282EAD8;
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;
    private const int Fixed32 = 5;

    private readonly FileStream _stream;

    internal EventFile(string path)
    {
        _stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        MemoryStream version = Event(DateTimeOffset.UtcNow);
        WriteBytes(version, 3, "brain.Event:2"u8);
        WriteRecord(version);
    }

    internal static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return BitOperations.RotateRight(~crc, 15) + MaskDelta;
    }

    internal void WriteScalar(string tag, long step, double value)
    {
        using MemoryStream scalar = new();
        WriteBytes(scalar, 1, Encoding.UTF8.GetBytes(tag));
        WriteKey(scalar, 2, Fixed32);
        Span<byte> single = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(single, (float)value);
        scalar.Write(single);

        using MemoryStream summary = new();
        WriteBytes(summary, 1, scalar.ToArray());

        MemoryStream message = Event(DateTimeOffset.UtcNow);
        WriteKey(message, 2, Varint);
        WriteVarint(message, (ulong)step);
        WriteBytes(message, 5, summary.ToArray());
        WriteRecord(message);
    }

    internal void Flush() => _stream.Flush();

    public void Dispose() => _stream.Dispose();

    private static MemoryStream Event(DateTimeOffset time)
    {
        MemoryStream message = new();
        WriteKey(message, 1, Fixed64);
        Span<byte> seconds = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(seconds, time.ToUnixTimeMilliseconds() / 1000.0);
        message.Write(seconds);
        return message;
    }

    private static void WriteBytes(MemoryStream message, int field, ReadOnlySpan<byte> value)
    {
        WriteKey(message, field, Bytes);
        WriteVarint(message, (ulong)value.Length);
        message.Write(value);
    }

    private static void WriteKey(MemoryStream message, int field, int wireType) =>
        message.WriteByte((byte)((field << 3) | wireType));

    private static void WriteVarint(MemoryStream message, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            message.WriteByte((byte)(value | 0x80));
        }

        message.WriteByte((byte)value);
    }

    private void WriteRecord(MemoryStream message)
    {
        byte[] data = message.ToArray();
        Span<byte> length = stackalloc byte[8];
        Span<byte> crc = stackalloc byte[4];
        BinaryPrimitives.WriteInt64LittleEndian(length, data.Length);
        _stream.Write(length);
        BinaryPrimitives.WriteUInt32LittleEndian(crc, MaskedCrc(length));
        _stream.Write(crc);
        _stream.Write(data);
        BinaryPrimitives.WriteUInt32LittleEndian(crc, MaskedCrc(data));
        _stream.Write(crc);
    }
}
