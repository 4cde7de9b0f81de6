namespace NativeRnn.Formats;

/// <summary>What the elements of an attribute or dataset are.</summary>
/// <param name="Kind">Which kind.</param>
/// <param name="Size">Bytes of an element.</param>
internal readonly record struct Hdf5Type(Hdf5Kind Kind, int Size)
{
    private const int FloatClass = 1;
    private const int TextClass = 3;
    private const int VariableClass = 9;

    // IEEE 754: bytes, then bits of mantissa, places and bits of the exponent, its bias.
    private static readonly (int Size, int Mantissa, int Exponent, uint Bias)[] Floats =
        [(2, 10, 5, 15), (4, 23, 8, 127), (8, 52, 11, 1023)];

    private static readonly string[] ClassNames =
    [
        "integers", "floats", "times", "texts", "bit fields", "opaque bytes", "compounds", "references", "enums",
        "sequences", "arrays",
    ];

    internal static Hdf5Type Read(Hdf5Cursor message)
    {
        int head = message.Byte();
        uint flags = (uint)(message.Byte() | (message.Byte() << 8) | (message.Byte() << 16));
        uint size = message.UInt32();
        int type = head & 15;
        if (size == 0 || size > int.MaxValue)
        {
            throw message.Invalid($"elements of {size} bytes: the file is damaged");
        }

        return type switch
        {
            FloatClass => ReadFloat(message, flags, (int)size),
            TextClass => new Hdf5Type(Hdf5Kind.FixedText, (int)size),
            VariableClass when (flags & 15) == 1 && size == 16 => new Hdf5Type(Hdf5Kind.Text, 16),
            _ => new Hdf5Type(Hdf5Kind.Other, (int)size) { Description = Describe(type) },
        };
    }

    /// <summary>What it is, in words.</summary>
    internal string Description { get; init; } = Kind.ToString();

    private static string Describe(int type) => type < ClassNames.Length ? ClassNames[type] : $"class {type}";

    private static Hdf5Type ReadFloat(Hdf5Cursor message, uint flags, int size)
    {
        int bitOffset = message.UInt16();
        int precision = message.UInt16();
        int exponentAt = message.Byte();
        int exponent = message.Byte();
        int mantissaAt = message.Byte();
        int mantissa = message.Byte();
        uint bias = message.UInt32();
        bool bigEndian = (flags & 0x41) != 0;
        bool impliedBit = ((flags >> 4) & 3) == 2;
        bool plain = bitOffset == 0 && precision == 8 * size && mantissaAt == 0 && exponentAt == mantissa
            && (flags >> 8) == 8u * (uint)size - 1
            && Array.Exists(Floats, kind => kind == (size, mantissa, exponent, bias));
        return plain && impliedBit && !bigEndian
            ? new Hdf5Type(Hdf5Kind.Float, size)
            : new Hdf5Type(Hdf5Kind.Other, size)
            {
                Description = $"floats of {size} bytes that are not IEEE 754 half, single or double, little-endian",
            };
    }
}
