using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NativeRnn.Formats;

/// <summary>The type of a storage's elements, as PyTorch names it.</summary>
internal sealed class PyTorchElement
{
    private static readonly PyTorchElement[] All =
    [
        new("Float", "float32", 4, DType.Float32),
        new("Double", "float64", 8, DType.Float32),
        new("Half", "float16", 2, DType.Float32),
        new("BFloat16", "bfloat16", 2, DType.Float32),
        new("Long", "int64", 8, DType.Int32),
        new("Int", "int32", 4, DType.Int32),
        new("Short", "int16", 2, DType.Int32),
        new("Char", "int8", 1, DType.Int32),
        new("Byte", "uint8", 1, DType.Int32),
        new("Bool", "bool", 1, DType.Int32),
    ];

    private PyTorchElement(string storage, string name, int size, DType dtype)
    {
        StorageName = $"torch.{storage}Storage";
        Name = name;
        Size = size;
        DType = dtype;
    }

    internal static IReadOnlyList<PyTorchElement> Types => All;

    /// <summary>Such as <c>torch.HalfStorage</c>.</summary>
    internal string StorageName { get; }

    /// <summary>Such as <c>float16</c>.</summary>
    internal string Name { get; }

    /// <summary>Bytes of an element.</summary>
    internal int Size { get; }

    /// <summary>What it becomes in memory.</summary>
    internal DType DType { get; }

    /// <summary>Little-endian bytes to floats; doubles are rounded.</summary>
    internal void ToFloats(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        switch (Name)
        {
            case "float32":
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;
            case "float64":
                Each(bytes, values, static bytes => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes));
                break;
            case "float16":
                Each(bytes, values, static bytes => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes));
                break;
            default:
                // bfloat16 is the upper half of a float.
                Each(bytes, values, static bytes =>
                    BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16));
                break;
        }
    }

    /// <summary>Little-endian bytes to integers; false: one has more than 32 bits.</summary>
    internal bool TryToIntegers(ReadOnlySpan<byte> bytes, Span<int> values)
    {
        for (int index = 0; index < values.Length; index++)
        {
            long value = ReadInteger(bytes.Slice(index * Size, Size));
            if (value != (int)value)
            {
                return false;
            }

            values[index] = (int)value;
        }

        return true;
    }

    private long ReadInteger(ReadOnlySpan<byte> bytes) => Name switch
    {
        "int64" => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        "int32" => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        "int16" => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        "int8" => (sbyte)bytes[0],
        _ => bytes[0],
    };

    private void Each(ReadOnlySpan<byte> bytes, Span<float> values, Func<ReadOnlySpan<byte>, float> convert)
    {
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = convert(bytes.Slice(index * Size, Size));
        }
    }
}
