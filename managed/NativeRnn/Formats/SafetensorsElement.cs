using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace NativeRnn.Formats;

/// <summary>An element type of safetensors files, and what it becomes in memory.</summary>
internal sealed class SafetensorsElement
{
    internal static readonly SafetensorsElement Float32 = new("F32", 4, Copy);
    internal static readonly SafetensorsElement Int32 = new("I32", 4, Narrow<int>);

    private static readonly SafetensorsElement[] All =
    [
        new("F64", 8, FromFloat64),
        Float32,
        new("F16", 2, FromFloat16),
        new("BF16", 2, FromBFloat16),
        new("I64", 8, Narrow<long>),
        new("U64", 8, Narrow<ulong>),
        Int32,
        new("U32", 4, Narrow<uint>),
        new("I16", 2, Narrow<short>),
        new("U16", 2, Narrow<ushort>),
        new("I8", 1, Narrow<sbyte>),
        new("U8", 1, Narrow<byte>),
        new("BOOL", 1, FromBool),
        // Known, so that a header with them can be shown; not read.
        new("F8_E4M3", 1),
        new("F8_E5M2", 1),
        new("C64", 8),
    ];

    private readonly ToFloat? _toFloats;
    private readonly ToInteger? _toIntegers;

    private SafetensorsElement(string name, int size) => (Name, Size) = (name, size);

    private SafetensorsElement(string name, int size, ToFloat toFloats)
        : this(name, size) => _toFloats = toFloats;

    private SafetensorsElement(string name, int size, ToInteger toIntegers)
        : this(name, size) => _toIntegers = toIntegers;

    private delegate void ToFloat(ReadOnlySpan<byte> bytes, Span<float> values);

    private delegate int ToInteger(ReadOnlySpan<byte> bytes, Span<int> values);

    /// <summary>The names of those that are read.</summary>
    internal static string Names =>
        string.Join(", ", All.Where(element => element.IsRead).Select(element => element.Name));

    internal string Name { get; }

    /// <summary>Bytes of an element.</summary>
    internal int Size { get; }

    internal bool IsRead => _toFloats is not null || _toIntegers is not null;

    /// <summary>What it becomes in memory.</summary>
    internal DType DType => _toIntegers is null ? DType.Float32 : DType.Int32;

    internal static SafetensorsElement? FromName(string name) =>
        Array.Find(All, element => element.Name == name);

    internal static SafetensorsElement Of(DType dtype) => dtype == DType.Int32 ? Int32 : Float32;

    /// <summary>Little-endian bytes to floats, rounded where the type is wider.</summary>
    internal void ToFloats(ReadOnlySpan<byte> bytes, Span<float> values) => _toFloats!(bytes, values);

    /// <summary>Little-endian bytes to integers.</summary>
    /// <returns>The place of the first that is no int32, or no truth value; -1: none.</returns>
    internal int ToIntegers(ReadOnlySpan<byte> bytes, Span<int> values) => _toIntegers!(bytes, values);

    private static void Copy(ReadOnlySpan<byte> bytes, Span<float> values) =>
        bytes.CopyTo(MemoryMarshal.AsBytes(values));

    private static void FromFloat64(ReadOnlySpan<byte> bytes, Span<float> values) =>
        TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(bytes), values);

    private static void FromFloat16(ReadOnlySpan<byte> bytes, Span<float> values) =>
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);

    // bfloat16 is the upper half of a float.
    private static void FromBFloat16(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        ReadOnlySpan<ushort> upper = MemoryMarshal.Cast<byte, ushort>(bytes);
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        for (int index = 0; index < bits.Length; index++)
        {
            bits[index] = (uint)upper[index] << 16;
        }
    }

    private static int Narrow<T>(ReadOnlySpan<byte> bytes, Span<int> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        ReadOnlySpan<T> given = MemoryMarshal.Cast<byte, T>(bytes);
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = int.CreateTruncating(given[index]);
            if (long.CreateSaturating(given[index]) != values[index])
            {
                return index;
            }
        }

        return -1;
    }

    private static int FromBool(ReadOnlySpan<byte> bytes, Span<int> values)
    {
        Narrow<byte>(bytes, values);
        return bytes.IndexOfAnyExceptInRange((byte)0, (byte)1);
    }
}
