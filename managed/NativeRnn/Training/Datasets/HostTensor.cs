using System.Runtime.InteropServices;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Numbers with a shape in the host's memory: what a <see cref="Sample"/> is made of. It belongs to no
/// device, so that any thread may make it. The array is not copied.
/// </summary>
public sealed class HostTensor
{
    private readonly int[] _shape;

    /// <summary>Floats, row by row.</summary>
    /// <param name="values">As many as the shape has elements.</param>
    /// <param name="shape">The size of each axis; empty for a single number.</param>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public HostTensor(float[] values, params ReadOnlySpan<int> shape)
    {
        ArgumentNullException.ThrowIfNull(values);
        (Floats, _shape) = (values, Checked(values.Length, shape));
    }

    /// <summary>Integers, row by row: class numbers, or indices of an embedding.</summary>
    /// <param name="values">As many as the shape has elements.</param>
    /// <param name="shape">The size of each axis; empty for a single number.</param>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public HostTensor(int[] values, params ReadOnlySpan<int> shape)
    {
        ArgumentNullException.ThrowIfNull(values);
        (Integers, _shape) = (values, Checked(values.Length, shape));
    }

    /// <summary>The size of each axis.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>The type of the elements.</summary>
    public DType DType => Floats is null ? DType.Int32 : DType.Float32;

    /// <summary>The number of elements.</summary>
    public int Length => Floats?.Length ?? Integers!.Length;

    internal float[]? Floats { get; }

    internal int[]? Integers { get; }

    /// <summary>A single float.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator HostTensor(float value) => new([value], []);

    /// <summary>A single integer, such as a class.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator HostTensor(int value) => new([value], []);

    /// <summary>Floats along one axis.</summary>
    /// <param name="values">The numbers.</param>
    public static implicit operator HostTensor(float[] values) => new(values, values?.Length ?? 0);

    /// <summary>Integers along one axis.</summary>
    /// <param name="values">The numbers.</param>
    public static implicit operator HostTensor(int[] values) => new(values, values?.Length ?? 0);

    /// <summary>Floats in rows, copied: a sequence of steps, for example.</summary>
    /// <param name="values">The numbers, [T,I].</param>
    public static implicit operator HostTensor(float[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        float[] flat = new float[values.Length];
        if (flat.Length > 0)
        {
            MemoryMarshal.CreateReadOnlySpan(ref values[0, 0], flat.Length).CopyTo(flat);
        }

        return new(flat, values.GetLength(0), values.GetLength(1));
    }

    /// <summary>As a tensor; the tape's while one is on.</summary>
    internal Tensor ToTensor(Device device) => Floats is not null
        ? Tensor.From(Floats, _shape, device)
        : Tensor.From(Integers!, _shape, device);

    /// <summary>Zeros, or another number everywhere.</summary>
    internal static HostTensor Full(DType dtype, float value, params ReadOnlySpan<int> shape)
    {
        int length = checked((int)shape.ToArray().Aggregate(1L, (all, size) => all * size));
        if (dtype == DType.Int32)
        {
            int[] integers = new int[length];
            Array.Fill(integers, (int)value);
            return new(integers, shape);
        }

        float[] floats = new float[length];
        Array.Fill(floats, value);
        return new(floats, shape);
    }

    /// <summary>Takes over a tensor's elements, from an offset on; both are of one type.</summary>
    internal void Put(HostTensor part, int offset)
    {
        part.Floats?.CopyTo(Floats!, offset);
        part.Integers?.CopyTo(Integers!, offset);
    }

    private static int[] Checked(int count, ReadOnlySpan<int> shape)
    {
        long length = 1;
        foreach (int size in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
            length *= size;
        }

        return length == count ? shape.ToArray() : throw new ArgumentException(
            $"{count} values do not fill the shape {Sizes.Text(shape)}, which has {length} elements",
            nameof(shape));
    }
}
