using System.Runtime.InteropServices;

namespace NativeRnn.Formats;

/// <summary>
/// A tensor of a file that PyTorch wrote, in the file's own type: some elements of a storage that it may share with
/// other tensors.
/// </summary>
public sealed class PyTorchTensor
{
    private readonly PyTorchStorage _storage;
    private readonly TensorShape _shape;
    private readonly long[] _strides;
    private readonly long _offset;

    /// <summary>All must be checked: each element lies in the storage.</summary>
    internal PyTorchTensor(PyTorchStorage storage, in TensorShape shape, long[] strides, long offset)
    {
        _storage = storage;
        _shape = shape;
        _strides = strides;
        _offset = offset;
    }

    /// <summary>The size of each axis; empty for a single number.</summary>
    public ReadOnlySpan<int> Shape => _shape.Sizes;

    /// <summary>The number of elements.</summary>
    public long Length => _shape.Length;

    /// <summary>PyTorch's name of the elements' type in the file, such as <c>float16</c> or <c>int64</c>.</summary>
    public string ElementType => _storage.Element.Name;

    /// <summary>
    /// The type that <see cref="ToTensor"/> gives: floats of any kind become float32, all else int32.
    /// </summary>
    public DType DType => _storage.Element.DType;

    /// <summary>A tensor of its own: float64 is rounded to float32, integers and truth values become int32.</summary>
    /// <param name="device">Where it goes; null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ModelFormatException">An integer has more than 32 bits.</exception>
    public Tensor ToTensor(Device? device = null)
    {
        if (DType == DType.Float32)
        {
            return ElementType == "float32"
                ? Tensor.From(MemoryMarshal.Cast<byte, float>(Gather()), Shape, device)
                : Tensor.From(ToFloats(), Shape, device);
        }

        int[] integers = new int[Length];
        return _storage.Element.TryToIntegers(Gather(), integers)
            ? Tensor.From(integers, Shape, device)
            : throw new ModelFormatException(
                _storage.FilePath, $"data/{_storage.Key}", "the tensor has integers of more than 32 bits");
    }

    /// <summary>Writes the numbers, row by row, as float32.</summary>
    /// <param name="destination">At least <see cref="Length"/> elements.</param>
    /// <exception cref="InvalidOperationException">The elements are no floats.</exception>
    public void CopyTo(Span<float> destination)
    {
        if (DType != DType.Float32)
        {
            throw new InvalidOperationException($"the tensor's elements are {ElementType}, no floats");
        }

        _storage.Element.ToFloats(Gather(), destination[..(int)Length]);
    }

    /// <summary>The shape and the type.</summary>
    public override string ToString() => $"{ElementType} {_shape}";

    private float[] ToFloats()
    {
        float[] values = new float[Length];
        CopyTo(values);
        return values;
    }

    // The elements' bytes, row by row.
    private ReadOnlySpan<byte> Gather()
    {
        int size = _storage.Element.Size;
        if (IsDense() || Length == 0)
        {
            return Length == 0 ? [] : _storage.Bytes.AsSpan((int)_offset * size, (int)Length * size);
        }

        byte[] dense = new byte[Length * size];
        Span<int> at = stackalloc int[_shape.Rank];
        at.Clear();
        long element = _offset;
        for (int next = 0; next < dense.Length; next += size)
        {
            _storage.Bytes.AsSpan((int)(element * size), size).CopyTo(dense.AsSpan(next));
            element = Advance(at, element);
        }

        return dense;
    }

    // Goes to the next place in row-major order and says which element of the storage it is.
    private long Advance(Span<int> at, long element)
    {
        for (int axis = at.Length - 1; axis >= 0; axis--)
        {
            element += _strides[axis];
            if (++at[axis] < _shape[axis])
            {
                return element;
            }

            element -= _strides[axis] * at[axis];
            at[axis] = 0;
        }

        return element;
    }

    private bool IsDense()
    {
        long stride = 1;
        for (int axis = _shape.Rank - 1; axis >= 0; axis--)
        {
            if (_shape[axis] != 1 && _strides[axis] != stride)
            {
                return false;
            }

            stride *= _shape[axis];
        }

        return true;
    }
}
