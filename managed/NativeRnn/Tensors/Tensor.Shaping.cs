using NativeRnn.Interop;

namespace NativeRnn;

// The same elements in another shape or order, and several tensors made one.
public sealed partial class Tensor
{
    /// <summary>The same elements in another shape, on the same memory.</summary>
    /// <param name="shape">One size may be -1: it is computed from the others.</param>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public Tensor Reshape(params ReadOnlySpan<int> shape) => Reshape(ResolveShape(shape));

    /// <summary>Makes the axes from <paramref name="startAxis"/> on one; on the same memory.</summary>
    /// <param name="startAxis">From 0, or from the end when negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public Tensor Flatten(int startAxis = 0)
    {
        if (Rank == 0)
            return Reshape(1);
        int first = Sizes.Normalize(startAxis, nameof(startAxis));
        long length = 1;
        foreach (int size in Shape[first..])
            length = checked(length * size);
        return Reshape(new TensorShape([.. Shape[..first], checked((int)length)]));
    }

    /// <summary>The same elements on the same memory, without what a tape knows of them: a constant.</summary>
    public Tensor Detach()
    {
        Tensor y = Alias(Shape);
        Device.Trace?.Add(TracedKind.Same, null, y, this);
        return y;
    }

    /// <summary>The last two axes exchanged: the transpose of a matrix.</summary>
    /// <exception cref="ArgumentException">There are fewer than two axes.</exception>
    public Tensor Transpose() => Rank >= 2
        ? Transpose(-2, -1)
        : throw new ArgumentException($"Transpose needs two axes, the shape is {ShapeText}.");

    /// <summary>Two axes exchanged.</summary>
    /// <param name="axis1">From 0, or from the end when negative.</param>
    /// <param name="axis2">From 0, or from the end when negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public Tensor Transpose(int axis1, int axis2)
    {
        Span<int> axes = stackalloc int[Rank];
        for (int axis = 0; axis < axes.Length; axis++)
            axes[axis] = axis;
        axis1 = Sizes.Normalize(axis1, nameof(axis1));
        axis2 = Sizes.Normalize(axis2, nameof(axis2));
        (axes[axis1], axes[axis2]) = (axes[axis2], axes[axis1]);
        return Permute(axes);
    }

    /// <summary>The axes in another order.</summary>
    /// <param name="axes">Every axis once: place k of the result is axis <c>axes[k]</c> of this.</param>
    /// <exception cref="ArgumentException">An axis is missing or twice there.</exception>
    public Tensor Permute(params ReadOnlySpan<int> axes)
    {
        Require(DType.Float32, nameof(Permute));
        if (axes.Length != Rank)
            throw new ArgumentException(
                $"Permute: {axes.Length} axes are given for the shape {ShapeText}.", nameof(axes));
        Strides dense = Sizes.DenseStrides();
        var strides = new Strides();
        Span<int> sizes = stackalloc int[Rank];
        int seen = 0;
        for (int place = 0; place < sizes.Length; place++)
        {
            int axis = Sizes.Normalize(axes[place], nameof(axes));
            seen |= 1 << axis;
            sizes[place] = Shape[axis];
            strides[place] = dense[axis];
        }
        if (seen != (1 << Rank) - 1)
            throw new ArgumentException($"Permute: an axis of the shape {ShapeText} is given twice.", nameof(axes));
        Tensor y = Empty(sizes, Device);
        Ops.CopyStrided(new CopyCall
        {
            Sizes = y.Sizes,
            Source = this,
            SourceStrides = strides,
            Destination = y,
            DestinationStrides = y.Sizes.DenseStrides(),
        });
        Device.Trace?.Add(TracedKind.Permute, Sizes.NormalizeAll(axes), y, this);
        return GradientTape.For(this) is { } tape ? RecordPermute(tape, this, strides, y) : y;
    }

    /// <summary>Repeated along axes of size 1, and new leading axes, as NumPy broadcasts.</summary>
    /// <param name="shape">The new shape.</param>
    /// <exception cref="ArgumentException">The shape cannot be broadcast to that one.</exception>
    public Tensor BroadcastTo(params ReadOnlySpan<int> shape) => BroadcastTo(new TensorShape(shape));

    /// <summary>Tensors behind each other along an axis that they have.</summary>
    /// <param name="tensors">One or more; equal shapes but for the axis.</param>
    /// <param name="axis">From 0, or from the end when negative.</param>
    /// <exception cref="ArgumentException">There are none, or the shapes, types or devices differ.</exception>
    public static Tensor Concat(IReadOnlyList<Tensor> tensors, int axis)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Count == 0)
            throw new ArgumentException("Concat: there are no tensors.", nameof(tensors));
        Tensor first = tensors[0];
        first.Require(DType.Float32, nameof(Concat));
        axis = first.Sizes.Normalize(axis);
        int total = 0;
        foreach (Tensor tensor in tensors)
        {
            tensor.Require(DType.Float32, nameof(Concat));
            RequireOneDevice(nameof(Concat), first, tensor);
            if (tensor.Rank != first.Rank || tensor.Sizes.WithSize(axis, 0) != first.Sizes.WithSize(axis, 0))
                throw new ArgumentException(
                    $"Concat: the shapes {first.ShapeText} and {tensor.ShapeText} differ beyond axis {axis}.",
                    nameof(tensors));
            total = checked(total + tensor.Shape[axis]);
        }
        Tensor y = Empty(first.Sizes.WithSize(axis, total), first.Device);
        int start = 0;
        foreach (Tensor tensor in tensors)
        {
            CopyPart(tensor, y, axis, start);
            start += tensor.Shape[axis];
        }
        first.Device.Trace?.Add(TracedKind.Concat, axis, y, [.. tensors]);
        return RecordConcat(tensors, axis, y);
    }

    /// <summary>Tensors behind each other along a new axis.</summary>
    /// <param name="tensors">One or more, of one shape.</param>
    /// <param name="axis">Where the new axis stands in the result; negative: from its end.</param>
    /// <exception cref="ArgumentException">There are none, or the shapes, types or devices differ.</exception>
    public static Tensor Stack(IReadOnlyList<Tensor> tensors, int axis = 0)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Count == 0)
            throw new ArgumentException("Stack: there are no tensors.", nameof(tensors));
        int rank = tensors[0].Rank + 1;
        if (axis < -rank || axis >= rank)
            throw new ArgumentOutOfRangeException(nameof(axis), axis, $"The result of Stack has {rank} axes.");
        axis = axis < 0 ? axis + rank : axis;
        var parts = new Tensor[tensors.Count];
        for (int i = 0; i < parts.Length; i++)
        {
            if (tensors[i].Sizes != tensors[0].Sizes)
                throw new ArgumentException(
                    $"Stack: the shapes {tensors[0].ShapeText} and {tensors[i].ShapeText} differ.", nameof(tensors));
            ReadOnlySpan<int> shape = tensors[i].Shape;
            parts[i] = tensors[i].Reshape(new TensorShape([.. shape[..axis], 1, .. shape[axis..]]));
        }
        return Concat(parts, axis);
    }

    private TensorShape ResolveShape(ReadOnlySpan<int> shape)
    {
        int free = shape.IndexOf(-1);
        if (free < 0)
            return new TensorShape(shape);
        Span<int> sizes = shape.ToArray();
        sizes[free] = 1;
        long others = new TensorShape(sizes).Length;
        if (others == 0 || Length % others != 0)
            throw new ArgumentException($"Reshape: {ShapeText} does not fit into {TensorShape.Text(shape)}.");
        sizes[free] = checked((int)(Length / others));
        return new TensorShape(sizes);
    }

    private Tensor Reshape(in TensorShape shape)
    {
        if (shape.Length != Length)
            throw new ArgumentException(
                $"Reshape: {ShapeText} has {Length} elements, {shape} has {shape.Length}.");
        Tensor y = Alias(shape.Sizes);
        Device.Trace?.Add(TracedKind.Reshape, null, y, this);
        return GradientTape.For(this) is { } tape ? RecordReshape(tape, this, y) : y;
    }

    private Tensor BroadcastTo(in TensorShape shape)
    {
        if (shape == Sizes)
            return this;
        Require(DType.Float32, nameof(BroadcastTo));
        if (TensorShape.Broadcast(Sizes, shape, nameof(BroadcastTo)) != shape)
            throw new ArgumentException($"BroadcastTo: {ShapeText} cannot be broadcast to {shape}.");
        Tensor y = Empty(shape, Device);
        Ops.CopyStrided(new CopyCall
        {
            Sizes = shape,
            Source = this,
            SourceStrides = Sizes.BroadcastStrides(shape),
            Destination = y,
            DestinationStrides = shape.DenseStrides(),
        });
        Device.Trace?.Add(TracedKind.Broadcast, null, y, this);
        return GradientTape.For(this) is { } tape ? RecordBroadcast(tape, this, y) : y;
    }

    /// <summary>Copies all of a tensor into a part of another, along one axis.</summary>
    internal static void CopyPart(Tensor part, Tensor whole, int axis, int start)
    {
        Strides strides = whole.Sizes.DenseStrides();
        Ops.CopyStrided(new CopyCall
        {
            Sizes = part.Sizes,
            Source = part,
            SourceStrides = part.Sizes.DenseStrides(),
            Destination = whole,
            DestinationOffset = part.Length == 0 ? 0 : start * strides[axis],
            DestinationStrides = strides,
        });
    }
}
