namespace NativeRnn.Models;

/// <summary>Arithmetic with the shapes of ONNX, whose sizes are 64-bit and may come from a file.</summary>
internal static class OnnxShape
{
    private const int MostShown = 16;

    /// <summary>Sizes that a tensor can have.</summary>
    /// <exception cref="ArgumentException">A size is negative or too large, or there are more than 8.</exception>
    internal static int[] Checked(ReadOnlySpan<long> sizes)
    {
        if (sizes.Length > TensorShape.MaximumRank)
            throw new ArgumentException(
                $"a shape has {sizes.Length} axes, at most {TensorShape.MaximumRank} are possible");
        var shape = new int[sizes.Length];
        long length = 1;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            if (sizes[axis] < 0 || sizes[axis] > Array.MaxLength)
                throw new ArgumentException($"a shape is {Text(sizes)}; sizes must be 0 to {Array.MaxLength}");
            shape[axis] = (int)sizes[axis];
            // At most 2^62: no overflow. A 0 must not hide what the other sizes come to.
            length *= Math.Max(1L, sizes[axis]);
            if (length > Array.MaxLength)
                throw new ArgumentException($"the shape {Text(sizes)} has more than {Array.MaxLength} elements");
        }

        return shape;
    }

    /// <summary>As in error messages: <c>[2,3]</c>, the first ones of many.</summary>
    internal static string Text(ReadOnlySpan<long> sizes) => sizes.Length <= MostShown
        ? $"[{string.Join(',', sizes.ToArray())}]"
        : $"[{string.Join(',', sizes[..MostShown].ToArray())},... {sizes.Length} in all]";

    internal static long Length(ReadOnlySpan<int> shape)
    {
        long length = 1;
        foreach (int size in shape)
            length *= size;
        return length;
    }

    /// <summary>The axis from 0.</summary>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    internal static int Axis(long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw new ArgumentException($"axis {axis} is none of {rank}");

    /// <summary>Axes from 0, in order.</summary>
    /// <exception cref="ArgumentException">One is not there, or twice.</exception>
    internal static int[] Axes(ReadOnlySpan<long> axes, int rank)
    {
        if (axes.Length > rank || rank > TensorShape.MaximumRank)
            throw new ArgumentException(
                $"{axes.Length} axes are given, the shape has {rank}; at most {TensorShape.MaximumRank} are possible");
        var sorted = new SortedSet<int>();
        foreach (long axis in axes)
        {
            if (!sorted.Add(Axis(axis, rank)))
                throw new ArgumentException($"an axis of {Text(axes)} is given twice");
        }

        return [.. sorted];
    }

    /// <summary>The shape that two are broadcast to.</summary>
    internal static int[] Broadcast(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        TensorShape shape = TensorShape.Broadcast(new TensorShape(a), new TensorShape(b), "broadcasting");
        long[] sizes = new long[shape.Rank];
        shape.CopyTo(sizes);
        return Checked(sizes);
    }
}
