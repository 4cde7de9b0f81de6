using System.Buffers.Binary;
using System.Runtime.InteropServices;
using NativeRnn.Formats.Onnx;
using DataType = NativeRnn.Formats.Onnx.TensorProto.Types.DataType;

namespace NativeRnn.Models;

/// <summary>
/// Tensors as ONNX stores them: little-endian bytes, or one of several lists of numbers. Whatever their width, floats
/// become float32 and integers 64 bits.
/// </summary>
internal static class OnnxTensorReader
{
    /// <summary>Whether values of a type can be read: the same types can be inputs and outputs.</summary>
    internal static bool Knows(DataType type) => SizeOf(type) > 0;

    /// <param name="tensor">As in the file.</param>
    /// <param name="device">Where floats go.</param>
    /// <param name="external">Reads other files; null: none may be read.</param>
    /// <exception cref="ArgumentException">The type is not read, or numbers are missing or too many.</exception>
    internal static OnnxValue Read(TensorProto tensor, Device device, OnnxExternalData? external)
    {
        int size = SizeOf(tensor.DataType);
        if (size == 0)
            throw new ArgumentException($"the type {tensor.DataType} is not read");
        int[] shape = OnnxShape.Checked([.. tensor.Dims]);
        long length = OnnxShape.Length(shape);
        bool outside = tensor.DataLocation == TensorProto.Types.DataLocation.External;
        if (outside && external is null)
            throw new ArgumentException("external data of an attribute is not read");
        ReadOnlySpan<byte> bytes = outside ? external!.Read(tensor, length * size) : [];
        if (!outside && tensor.HasRawData)
            bytes = tensor.RawData.Span;
        bool raw = tensor.HasRawData || outside;
        if (raw && bytes.Length != length * size)
            throw new ArgumentException(
                $"{bytes.Length} bytes of {tensor.DataType}, the shape {TensorShape.Text(shape)} has {length * size}");
        if (IsFloat(tensor.DataType))
        {
            float[] floats = raw ? Floats(tensor.DataType, bytes) : Floats(tensor, length);
            Tensor value = Tensor.NewOwned(shape, device);
            value.Write(floats);
            return OnnxValue.Of(value);
        }

        long[] integers = raw ? Integers(tensor.DataType, bytes) : Integers(tensor, length);
        OnnxKind kind = tensor.DataType == DataType.Bool ? OnnxKind.Boolean : OnnxKind.Integer;
        return OnnxValue.Integers(integers, shape, kind);
    }

    internal static bool IsFloat(DataType type) =>
        type is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16;

    private static int SizeOf(DataType type) => type switch
    {
        DataType.Bool or DataType.Int8 or DataType.Uint8 => 1,
        DataType.Float16 or DataType.Bfloat16 or DataType.Int16 or DataType.Uint16 => 2,
        DataType.Float or DataType.Int32 or DataType.Uint32 => 4,
        DataType.Double or DataType.Int64 => 8,
        _ => 0,
    };

    private static float[] Floats(DataType type, ReadOnlySpan<byte> bytes)
    {
        if (type == DataType.Float)
            return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        var floats = new float[bytes.Length / SizeOf(type)];
        for (int k = 0; k < floats.Length; k++)
        {
            floats[k] = type switch
            {
                DataType.Double => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * k)..]),
                DataType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * k)..]),
                _ => Brain(BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * k)..])),
            };
        }

        return floats;
    }

    private static float[] Floats(TensorProto tensor, long length)
    {
        Require(tensor, length, tensor.DataType switch
        {
            DataType.Float => tensor.FloatData.Count,
            DataType.Double => tensor.DoubleData.Count,
            _ => tensor.Int32Data.Count,
        });
        return tensor.DataType switch
        {
            DataType.Float => [.. tensor.FloatData],
            DataType.Double => [.. tensor.DoubleData.Select(value => (float)value)],
            DataType.Float16 =>
                [.. tensor.Int32Data.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))],
            _ => [.. tensor.Int32Data.Select(bits => Brain((ushort)bits))],
        };
    }

    private static long[] Integers(DataType type, ReadOnlySpan<byte> bytes)
    {
        if (type == DataType.Int64)
            return MemoryMarshal.Cast<byte, long>(bytes).ToArray();
        var integers = new long[bytes.Length / SizeOf(type)];
        for (int k = 0; k < integers.Length; k++)
        {
            integers[k] = type switch
            {
                DataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * k)..]),
                DataType.Uint32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * k)..]),
                DataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * k)..]),
                DataType.Uint16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * k)..]),
                DataType.Int8 => (sbyte)bytes[k],
                DataType.Bool => bytes[k] != 0 ? 1 : 0,
                _ => bytes[k],
            };
        }

        return integers;
    }

    private static long[] Integers(TensorProto tensor, long length)
    {
        Require(tensor, length, tensor.DataType switch
        {
            DataType.Int64 => tensor.Int64Data.Count,
            DataType.Uint32 => tensor.Uint64Data.Count,
            _ => tensor.Int32Data.Count,
        });
        return tensor.DataType switch
        {
            DataType.Int64 => [.. tensor.Int64Data],
            DataType.Uint32 => [.. tensor.Uint64Data.Select(value => checked((long)value))],
            DataType.Bool => [.. tensor.Int32Data.Select(value => value != 0 ? 1L : 0)],
            _ => [.. tensor.Int32Data.Select(value => (long)value)],
        };
    }

    private static void Require(TensorProto tensor, long length, int count)
    {
        if (count != length)
            throw new ArgumentException(
                $"{count} numbers of {tensor.DataType}, the shape {OnnxShape.Text([.. tensor.Dims])} has {length}");
    }

    // bfloat16 is the upper half of a float.
    private static float Brain(ushort upper) => BitConverter.Int32BitsToSingle(upper << 16);
}
