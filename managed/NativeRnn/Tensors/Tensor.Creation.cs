using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using NativeRnn.Interop;

namespace NativeRnn;

// Making tensors. While a tape of the device is on, these too take their memory from it.
public sealed partial class Tensor
{
    /// <summary>Zeros.</summary>
    /// <param name="shape">The size of each axis; up to 8 axes.</param>
    /// <param name="device">Null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ArgumentException">The shape has more than 8 axes or a negative size.</exception>
    public static Tensor Zeros(ReadOnlySpan<int> shape, Device? device = null) => Full(shape, 0, device);

    /// <summary>Ones.</summary>
    /// <inheritdoc cref="Zeros"/>
    public static Tensor Ones(ReadOnlySpan<int> shape, Device? device = null) => Full(shape, 1, device);

    /// <summary>One number everywhere.</summary>
    /// <param name="shape">The size of each axis; up to 8 axes.</param>
    /// <param name="value">The number.</param>
    /// <param name="device">Null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ArgumentException">The shape has more than 8 axes or a negative size.</exception>
    public static Tensor Full(ReadOnlySpan<int> shape, float value, Device? device = null)
    {
        Tensor tensor = Empty(shape, device ?? Device.Default);
        tensor.Fill(value);
        return tensor;
    }

    /// <summary>Given numbers, row by row.</summary>
    /// <param name="values">As many as the shape has elements.</param>
    /// <param name="shape">The size of each axis; up to 8 axes.</param>
    /// <param name="device">Null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public static Tensor From(ReadOnlySpan<float> values, ReadOnlySpan<int> shape, Device? device = null)
    {
        TensorShape sizes = ShapeFor(values.Length, shape);
        Tensor tensor = Empty(sizes, device ?? Device.Default);
        Ops.Write(tensor, 0, values);
        return tensor;
    }

    /// <summary>Given integers, row by row: a tensor of <see cref="DType.Int32"/>.</summary>
    /// <inheritdoc cref="From(ReadOnlySpan{float}, ReadOnlySpan{int}, Device?)"/>
    public static Tensor From(ReadOnlySpan<int> values, ReadOnlySpan<int> shape, Device? device = null)
    {
        TensorShape sizes = ShapeFor(values.Length, shape);
        Tensor tensor = Empty(sizes, device ?? Device.Default, DType.Int32);
        Ops.Write(tensor, 0, values);
        return tensor;
    }

    /// <summary>The numbers of an array; one axis.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="device">Null: <see cref="Device.Default"/>.</param>
    public static Tensor From(float[] values, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(values.AsSpan(), [values.Length], device);
    }

    /// <summary>The integers of an array; one axis, <see cref="DType.Int32"/>.</summary>
    /// <inheritdoc cref="From(float[], Device?)"/>
    public static Tensor From(int[] values, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(values.AsSpan(), [values.Length], device);
    }

    /// <summary>The numbers of an array; two axes.</summary>
    /// <inheritdoc cref="From(float[], Device?)"/>
    public static Tensor From(float[,] values, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        ReadOnlySpan<float> flat = values.Length == 0
            ? []
            : MemoryMarshal.CreateReadOnlySpan(ref values[0, 0], values.Length);
        return From(flat, [values.GetLength(0), values.GetLength(1)], device);
    }

    /// <summary>The numbers of an array; three axes.</summary>
    /// <inheritdoc cref="From(float[], Device?)"/>
    public static Tensor From(float[,,] values, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        ReadOnlySpan<float> flat = values.Length == 0
            ? []
            : MemoryMarshal.CreateReadOnlySpan(ref values[0, 0, 0], values.Length);
        return From(flat, [values.GetLength(0), values.GetLength(1), values.GetLength(2)], device);
    }

    /// <summary>The numbers of a tensor span, with its shape; read in place when they lie densely.</summary>
    /// <param name="values">Up to 8 axes.</param>
    /// <param name="device">Null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ArgumentException">More than 8 axes, or an axis longer than an int can tell.</exception>
    public static Tensor From(in ReadOnlyTensorSpan<float> values, Device? device = null)
    {
        Span<int> shape = stackalloc int[values.Rank];
        for (int axis = 0; axis < shape.Length; axis++)
            shape[axis] = checked((int)values.Lengths[axis]);
        if (values.IsDense && values.FlattenedLength > 0)
        {
            ref readonly float first = ref values.GetPinnableReference();
            int count = checked((int)values.FlattenedLength);
            return From(MemoryMarshal.CreateReadOnlySpan(in first, count), shape, device);
        }
        float[] flat = new float[values.FlattenedLength];
        values.FlattenTo(flat);
        return From(flat, shape, device);
    }

    /// <summary>Numbers that are uniform in [low, high); the same for the same seed on every machine.</summary>
    /// <param name="shape">The size of each axis; up to 8 axes.</param>
    /// <param name="low">The least.</param>
    /// <param name="high">Above the greatest.</param>
    /// <param name="seed">Any number.</param>
    /// <param name="device">Null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ArgumentException">A bad shape or range.</exception>
    public static Tensor RandomUniform(
        ReadOnlySpan<int> shape, float low = 0, float high = 1, long seed = 0, Device? device = null)
    {
        Tensor tensor = Empty(shape, device ?? Device.Default);
        Ops.RandomUniform(tensor, low, high, seed);
        return tensor;
    }

    /// <summary>Numbers of a normal distribution; the same for the same seed on every machine.</summary>
    /// <param name="shape">The size of each axis; up to 8 axes.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="deviation">The standard deviation, at least 0.</param>
    /// <param name="seed">Any number.</param>
    /// <param name="device">Null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ArgumentException">A bad shape or deviation.</exception>
    public static Tensor RandomNormal(
        ReadOnlySpan<int> shape, float mean = 0, float deviation = 1, long seed = 0, Device? device = null)
    {
        Tensor tensor = Empty(shape, device ?? Device.Default);
        Ops.RandomNormal(tensor, mean, deviation, seed);
        return tensor;
    }

    /// <summary>
    /// A copy in memory of its own, which also outlives the tape that is on. Not recorded: no gradient goes through it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The tensor is disposed.</exception>
    public Tensor Clone()
    {
        Tensor copy = NewOwned(Shape, Device, DType);
        Ops.Copy(this, copy);
        Device.Trace?.Add(TracedKind.Same, null, copy, this);
        return copy;
    }

    private static TensorShape ShapeFor(int count, ReadOnlySpan<int> shape)
    {
        var sizes = new TensorShape(shape);
        if (sizes.Length != count)
            throw new ArgumentException(
                $"{count} values do not fill the shape {sizes}, which has {sizes.Length} elements.",
                nameof(shape));
        return sizes;
    }
}
