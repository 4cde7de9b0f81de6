using System.Buffers.Binary;
using System.Text;

namespace NativeRnn.Formats;

/// <summary>Numbers of numpy, which checkpoints often hold as the best loss or the like.</summary>
internal static class NumpyCalls
{
    /// <summary>_codecs.encode(text, "latin1"): how protocol 2 writes bytes.</summary>
    internal static PyTorchValue Encode(PyTorchCall call)
    {
        call.RequireCount(2, 2);
        string text = call.Text(0);
        if (call.Text(1) != "latin1" || text.Any(character => character > byte.MaxValue))
        {
            throw call.Fail("only bytes written as latin1 are read");
        }

        call.Stack.Charge(text.Length);
        return PyTorchValue.Bytes(Encoding.Latin1.GetBytes(text));
    }

    /// <summary>numpy.dtype("f8", align, copy): the type's name.</summary>
    internal static PyTorchValue Type(PyTorchCall call)
    {
        call.RequireCount(1, 3);
        NumpyType type = new(call.Text(0));
        return type.IsKnown
            ? PyTorchValue.Name(type)
            : throw call.Fail($"'{PrintableText.Of(call.Text(0))}'; {NumpyType.Known} are read");
    }

    /// <summary>scalar(dtype, bytes): the number.</summary>
    internal static PyTorchValue Scalar(PyTorchCall call)
    {
        call.RequireCount(2, 2);
        NumpyType type = call[0].Content as NumpyType ?? throw call.Wrong(0, "a numpy.dtype");
        if (call[1].Kind != PyTorchValueKind.Bytes || call[1].ToBytes().Length != type.Size)
        {
            throw call.Wrong(1, $"{type.Size} bytes");
        }

        return type.Read(call[1].ToBytes().Span);
    }
}

/// <summary>A type of numpy's numbers: its letter and its bytes, such as <c>f8</c>.</summary>
internal sealed record NumpyType(string Name)
{
    private static readonly string[] Names = ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1"];

    internal static string Known => string.Join(", ", Names);

    internal bool IsKnown => Names.Contains(Name);

    internal int Size => Name[1] - '0';

    public override string ToString() => $"numpy.{Name}";

    /// <summary>What BUILD tells of a type: (version, byte order, ...); numbers are read little-endian only.</summary>
    internal static bool IsPlain(in PyTorchValue state) => state.Kind == PyTorchValueKind.Tuple && state.Count >= 2
        && state[1].Kind == PyTorchValueKind.Text && state[1].ToText() is "<" or "|";

    internal PyTorchValue Read(ReadOnlySpan<byte> bytes) => Name switch
    {
        "f8" => PyTorchValue.Number(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
        "f4" => PyTorchValue.Number(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
        "f2" => PyTorchValue.Number((double)BinaryPrimitives.ReadHalfLittleEndian(bytes)),
        "i8" => PyTorchValue.Integer(BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        "i4" => PyTorchValue.Integer(BinaryPrimitives.ReadInt32LittleEndian(bytes)),
        "i2" => PyTorchValue.Integer(BinaryPrimitives.ReadInt16LittleEndian(bytes)),
        "i1" => PyTorchValue.Integer((sbyte)bytes[0]),
        "u8" => PyTorchValue.Integer(new System.Numerics.BigInteger(bytes, isUnsigned: true)),
        "u4" => PyTorchValue.Integer(BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
        "u2" => PyTorchValue.Integer(BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
        "u1" => PyTorchValue.Integer(bytes[0]),
        _ => PyTorchValue.Boolean(bytes[0] != 0),
    };
}
