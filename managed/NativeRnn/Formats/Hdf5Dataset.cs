using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NativeRnn.Formats;

/// <summary>An array of floats in an HDF5 file, in one piece.</summary>
internal sealed class Hdf5Dataset
{
    private const int SpaceMessage = 0x01;
    private const int TypeMessage = 0x03;
    private const int LayoutMessage = 0x08;
    private const int FilterMessage = 0x0b;
    private const int Compact = 0;
    private const int Contiguous = 1;

    private readonly Hdf5Object _object;
    private readonly Hdf5Type _type;
    private readonly Hdf5Space _space;

    internal Hdf5Dataset(Hdf5Object dataset)
    {
        _object = dataset;
        _type = Hdf5Type.Read(dataset.Message(TypeMessage, "a type"));
        _space = Hdf5Space.Read(dataset.Message(SpaceMessage, "a shape"));
        if (_type.Kind != Hdf5Kind.Float)
        {
            throw Invalid($"{_type.Description}; floats are read");
        }

        if (dataset.Has(FilterMessage))
        {
            throw Invalid("it is compressed; numbers in one piece, as Keras writes them, are read");
        }

        long bytes = _space.Count * _type.Size;
        if (bytes > dataset.Source.Length)
        {
            throw Invalid($"{_space.Count} numbers of {_type.Size} bytes in a file of {dataset.Source.Length}");
        }
    }

    internal string Path => _object.Path;

    /// <summary>The sizes of the axes; none: one number.</summary>
    internal int[] Shape => _space.Sizes;

    internal long Count => _space.Count;

    /// <summary>All numbers, the last axis fastest; doubles are rounded.</summary>
    internal float[] Read()
    {
        ReadOnlySpan<byte> bytes = ReadBytes();
        float[] values = new float[_space.Count];
        if (_type.Size == sizeof(float) && BitConverter.IsLittleEndian)
        {
            MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
            return values;
        }

        for (int index = 0; index < values.Length; index++)
        {
            ReadOnlySpan<byte> value = bytes.Slice(index * _type.Size, _type.Size);
            values[index] = _type.Size switch
            {
                2 => (float)BinaryPrimitives.ReadHalfLittleEndian(value),
                4 => BinaryPrimitives.ReadSingleLittleEndian(value),
                _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(value),
            };
        }

        return values;
    }

    internal ModelFormatException Invalid(string what) => new(_object.Source.Path, Path, what);

    private ReadOnlySpan<byte> ReadBytes()
    {
        ulong wanted = (ulong)(_space.Count * _type.Size);
        Hdf5Cursor layout = _object.Message(LayoutMessage, "a layout");
        layout.RequireVersion(layout.Byte(), 3);
        int kind = layout.Byte();
        if (kind == Compact)
        {
            int length = layout.UInt16();
            return (ulong)length == wanted
                ? layout.Take(length)
                : throw Invalid($"{length} bytes are stored, the shape needs {wanted}: the file is damaged");
        }

        if (kind != Contiguous)
        {
            throw Invalid("it is stored in chunks; numbers in one piece, as Keras writes them, are read");
        }

        ulong address = layout.UInt64();
        ulong stored = layout.UInt64();
        if (wanted == 0)
        {
            return [];
        }

        if (address == Hdf5Cursor.Undefined || stored != wanted)
        {
            throw Invalid(
                address == Hdf5Cursor.Undefined
                    ? "its numbers were never written"
                    : $"{stored} bytes are stored, the shape needs {wanted}: the file is damaged");
        }

        return _object.Source.ReadData(address, stored, Path);
    }
}
