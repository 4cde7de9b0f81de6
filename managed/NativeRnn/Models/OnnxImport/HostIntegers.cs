namespace NativeRnn.Models;

/// <summary>Operations on dense arrays of integers on the host: shapes, indices, masks.</summary>
internal static class HostIntegers
{
    internal static long[] DenseStrides(ReadOnlySpan<int> shape)
    {
        var strides = new long[shape.Length];
        long stride = 1;
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }

        return strides;
    }

    /// <summary>Strides that read an array as if it had the shape it is broadcast to.</summary>
    internal static long[] BroadcastStrides(ReadOnlySpan<int> shape, ReadOnlySpan<int> wide)
    {
        long[] dense = DenseStrides(shape);
        var strides = new long[wide.Length];
        int added = wide.Length - shape.Length;
        for (int axis = 0; axis < shape.Length; axis++)
            strides[axis + added] = shape[axis] == 1 ? 0 : dense[axis];
        return strides;
    }

    /// <summary>The element at index i of the result is source[offset + sum of i strides].</summary>
    internal static long[] Take(long[] source, int[] shape, long offset, long[] strides)
    {
        var taken = new long[OnnxShape.Length(shape)];
        var place = new int[shape.Length];
        long from = offset;
        for (int k = 0; k < taken.Length; k++)
        {
            taken[k] = source[from];
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                from += strides[axis];
                if (++place[axis] < shape[axis])
                    break;
                from -= strides[axis] * shape[axis];
                place[axis] = 0;
            }
        }

        return taken;
    }

    internal static long[] Expand(long[] source, ReadOnlySpan<int> shape, int[] wide) =>
        shape.SequenceEqual(wide) ? source : Take(source, wide, 0, BroadcastStrides(shape, wide));

    internal static long[] Zip(long[] a, long[] b, Func<long, long, long> function)
    {
        var result = new long[a.Length];
        for (int k = 0; k < result.Length; k++)
            result[k] = function(a[k], b[k]);
        return result;
    }

    /// <summary>Places along an axis: the array as [outer, length, inner] gives [outer, places, inner].</summary>
    internal static long[] Gather(long[] source, ReadOnlySpan<int> shape, int axis, int[] places)
    {
        long outer = OnnxShape.Length(shape[..axis]), inner = OnnxShape.Length(shape[(axis + 1)..]);
        var taken = new long[checked(outer * places.Length * inner)];
        for (long row = 0; row < outer; row++)
        {
            for (int k = 0; k < places.Length; k++)
            {
                long from = ((row * shape[axis]) + places[k]) * inner;
                Array.Copy(source, from, taken, ((row * places.Length) + k) * inner, inner);
            }
        }

        return taken;
    }

    /// <summary>Arrays behind each other along an axis.</summary>
    internal static long[] Concat(IReadOnlyList<OnnxValue> parts, int axis, int[] shape)
    {
        var joined = new long[OnnxShape.Length(shape)];
        long inner = OnnxShape.Length(shape.AsSpan(axis + 1)), width = shape[axis] * inner;
        long start = 0;
        foreach (OnnxValue part in parts)
        {
            long[] values = part.ToIntegers();
            long own = part.Shape[axis] * inner;
            for (long row = 0; own > 0 && row < values.Length / own; row++)
                Array.Copy(values, row * own, joined, (row * width) + start, own);
            start += own;
        }

        return joined;
    }

    /// <summary>Combines the elements along one axis, which becomes 1.</summary>
    internal static OnnxValue Reduce(OnnxValue x, int axis, Func<long, long, long> function)
    {
        long[] values = x.ToIntegers();
        int[] shape = x.Shape.ToArray();
        long outer = OnnxShape.Length(shape.AsSpan(0, axis)), inner = OnnxShape.Length(shape.AsSpan(axis + 1));
        if (shape[axis] == 0)
            throw new ArgumentException($"axis {axis} of the shape {x.ShapeText} is empty");
        var reduced = new long[outer * inner];
        for (long k = 0; k < reduced.Length; k++)
        {
            long first = (k / inner * shape[axis] * inner) + (k % inner);
            long result = values[first];
            for (int step = 1; step < shape[axis]; step++)
                result = function(result, values[first + (step * inner)]);
            reduced[k] = result;
        }

        shape[axis] = 1;
        return x.With(reduced, shape);
    }
}
