using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NativeRnn.Formats;

/// <summary>An element type of safetensors files that can be read, and into what.</summary>
internal sealed class SafetensorsElement
{
    internal static readonly SafetensorsElement Float32 = new("F32", 4, DType.Float32);
    internal static readonly SafetensorsElement Int32 = new("I32", 4, DType.Int32);

    private static readonly SafetensorsElement[] All =
    [
        Float32,
        Int32,
        new("F64", 8, DType.Float32),
        new("F16", 2, DType.Float32),
        new("BF16", 2, DType.Float32),
    ];

    private SafetensorsElement(string name, int size, DType dtype)
    {
        Name = name;
        Size = size;
        DType = dtype;
    }

    internal static string Names => string.Join(", ", All.Select(element => element.Name));

    internal string Name { get; }

    /// <summary>Bytes of an element.</summary>
    internal int Size { get; }

    /// <summary>What it becomes in memory.</summary>
    internal DType DType { get; }

    internal static SafetensorsElement? FromName(string name) =>
        Array.Find(All, element => element.Name == name);

    internal static SafetensorsElement Of(DType dtype) => dtype == DType.Int32 ? Int32 : Float32;

    /// <summary>Little-endian bytes to floats, rounded where the type is wider.</summary>
    internal void ToFloats(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        switch (Name)
        {
            case "F32":
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;
            case "F64":
                for (int index = 0; index < values.Length; index++)
                {
                    values[index] = (float)BinaryPrimitives.ReadDoubleLittleEndian(
                        bytes[(8 * index)..]);
                }

                break;
            case "F16":
                for (int index = 0; index < values.Length; index++)
                {
                    values[index] = (float)BinaryPrimitives.ReadHalfLittleEndian(
                        bytes[(2 * index)..]);
                }

                break;
            default:
                // bfloat16 is the upper half of a float.
                for (int index = 0; index < values.Length; index++)
                {
                    int upper = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * index)..]);
                    values[index] = BitConverter.Int32BitsToSingle(upper << 16);
                }

                break;
        }
    }
}
