using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>The same elements in another shape or order, of floats on the device or integers on the host.</summary>
internal static class OnnxLayout
{
    internal static OnnxValue Reshape(OnnxValue x, int[] shape)
    {
        if (OnnxShape.Length(shape) != x.Length)
            throw new ArgumentException($"{x.ShapeText} can't become {TensorShape.Text(shape)}");
        return x.AsFloats is { } floats ? x.With(floats.Reshape(shape)) : x.With(x.ToIntegers(), shape);
    }

    /// <param name="x">Any value.</param>
    /// <param name="axes">Every axis once.</param>
    internal static OnnxValue Permute(OnnxValue x, int[] axes)
    {
        if (axes.AsSpan().SequenceEqual([.. Enumerable.Range(0, axes.Length)]))
            return x;
        if (x.AsFloats is { } floats)
            return x.With(floats.Permute(axes));
        long[] dense = HostIntegers.DenseStrides(x.Shape);
        int[] shape = x.Shape.ToArray();
        shape = Array.ConvertAll(axes, axis => shape[axis]);
        return x.With(HostIntegers.Take(x.ToIntegers(), shape, 0, Array.ConvertAll(axes, axis => dense[axis])), shape);
    }

    /// <param name="x">Any value.</param>
    /// <param name="shape">One that it can be broadcast to.</param>
    internal static OnnxValue Expand(OnnxValue x, int[] shape) => x.AsFloats is { } floats
        ? x.With(floats.BroadcastTo(shape))
        : x.With(HostIntegers.Expand(x.ToIntegers(), x.Shape, shape), shape);

    /// <summary>Places start to start + count - 1 of an axis.</summary>
    internal static OnnxValue Part(OnnxValue x, int axis, int start, int count)
    {
        int[] shape = x.Shape.ToArray();
        if (start == 0 && count == shape[axis])
            return x;
        if (x.AsFloats is { } floats)
        {
            var indices = new TensorIndex[axis + 1];
            Array.Fill(indices, Range.All);
            indices[axis] = start..(start + count);
            return x.With(floats[indices]);
        }

        long[] strides = HostIntegers.DenseStrides(shape);
        shape[axis] = count;
        return x.With(HostIntegers.Take(x.ToIntegers(), shape, start * strides[axis], strides), shape);
    }

    /// <summary>Places of an axis; their shape stands where the axis was.</summary>
    /// <param name="x">Any value.</param>
    /// <param name="axis">From 0.</param>
    /// <param name="places">Each 0 to the axis' size - 1.</param>
    /// <param name="placesShape">Of as many elements.</param>
    internal static OnnxValue Gather(OnnxValue x, int axis, int[] places, int[] placesShape)
    {
        int[] shape = [.. x.Shape[..axis], .. placesShape, .. x.Shape[(axis + 1)..]];
        if (x.AsFloats is not { } floats)
            return x.With(HostIntegers.Gather(x.ToIntegers(), x.Shape, axis, places), shape);
        if (places.Length == 1)
            return Reshape(Part(x, axis, places[0], 1), shape);
        if (OnnxShape.Length(shape) == 0)
            return x.With(Tensor.Zeros(shape, floats.Device));
        if (axis == 0)
            return x.With(Rows.Gather(floats, 1, places, placesShape));
        // The axis to the front, and back.
        int[] order = [axis, .. Enumerable.Range(0, x.Rank).Where(other => other != axis)];
        Tensor rows = Rows.Gather(floats.Permute(order), 1, places, [places.Length]);
        int[] back = [.. Enumerable.Range(1, axis), 0, .. Enumerable.Range(axis + 1, x.Rank - axis - 1)];
        return x.With(rows.Permute(back).Reshape(shape));
    }

    internal static OnnxValue Concat(IReadOnlyList<OnnxValue> parts, int axis, int[] shape, Device device) =>
        parts.Any(part => part.IsFloats)
            ? parts[0].With(Tensor.Concat([.. parts.Select(part => part.Floats(device))], axis))
            : parts[0].With(HostIntegers.Concat(parts, axis, shape), shape);
}
