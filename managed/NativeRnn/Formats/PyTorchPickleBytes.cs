using System.Buffers.Binary;
using System.Text;

namespace NativeRnn.Formats;

/// <summary>The bytes of a pickle and the place in them; nothing is taken that is not there.</summary>
/// <param name="path">The file.</param>
/// <param name="entry">The entry of the file that holds the pickle.</param>
/// <param name="bytes">The pickle.</param>
internal sealed class PyTorchPickleBytes(string path, string entry, byte[] bytes)
{
    private const int MaxLine = 200;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The next byte.</summary>
    internal int Position { get; private set; }

    /// <summary>Where the opcode stands that is being read: messages tell it.</summary>
    internal int OpcodePosition { get; private set; }

    internal int Left => bytes.Length - Position;

    internal byte ReadOpcode()
    {
        OpcodePosition = Position;
        return Left > 0 ? bytes[Position++] : throw Fail("the pickle ends without STOP: it is truncated");
    }

    internal byte ReadByte() => Read(1)[0];

    internal int ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Read(2));

    internal int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Read(4));

    internal uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Read(4));

    internal ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Read(8));

    internal double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(Read(8));

    /// <summary>As many bytes as a length in the pickle says.</summary>
    internal ReadOnlySpan<byte> Read(ulong length)
    {
        if (length > (ulong)Left)
        {
            throw Fail($"{length} bytes should follow, {Left} are left: the pickle is truncated or damaged");
        }

        ReadOnlySpan<byte> taken = bytes.AsSpan(Position, (int)length);
        Position += (int)length;
        return taken;
    }

    internal string Decode(ReadOnlySpan<byte> text)
    {
        try
        {
            return StrictUtf8.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            throw Fail("a text is not UTF-8");
        }
    }

    /// <summary>A line of a global's name, without its end.</summary>
    internal string ReadLine()
    {
        int length = bytes.AsSpan(Position, Math.Min(Left, MaxLine)).IndexOf((byte)'\n');
        if (length < 0)
        {
            throw Fail($"a global's name does not end within {MaxLine} bytes");
        }

        string line = Decode(Read((ulong)length));
        Position++;
        return line;
    }

    internal ModelFormatException Fail(string what, Exception? inner = null) =>
        new(path, $"{entry}, byte {OpcodePosition}", what, inner);
}
