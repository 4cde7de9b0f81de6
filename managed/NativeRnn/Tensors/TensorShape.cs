using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using NativeRnn.Interop;

namespace NativeRnn;

/// <summary>The sizes of a tensor's axes, up to 8, row-major; held in place: a shape allocates nothing.</summary>
internal readonly struct TensorShape : IEquatable<TensorShape>
{
    internal const int MaximumRank = 8;

    private readonly AxisSizes _sizes;

    /// <exception cref="ArgumentException">More than 8 axes, or a negative size.</exception>
    internal TensorShape(ReadOnlySpan<int> shape)
    {
        if (shape.Length > MaximumRank)
            throw new ArgumentException(
                $"The shape {Text(shape)} has {shape.Length} axes; at most 8 are allowed.", nameof(shape));
        Rank = shape.Length;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis] < 0)
                throw new ArgumentException(
                    $"The shape {Text(shape)} has a negative size.", nameof(shape));
            _sizes[axis] = shape[axis];
        }
        long length = 1;
        try
        {
            foreach (int size in shape)
                length = checked(length * size);
        }
        catch (OverflowException)
        {
            throw new ArgumentException(
                $"The shape {Text(shape)} has more elements than can be counted.", nameof(shape));
        }
        Length = length;
    }

    internal int Rank { get; }

    /// <summary>How many elements; 1 for rank 0.</summary>
    internal long Length { get; }

    [UnscopedRef]
    internal ReadOnlySpan<int> Sizes => ((ReadOnlySpan<int>)_sizes)[..Rank];

    internal int this[int axis] => _sizes[axis];

    public static bool operator ==(in TensorShape left, in TensorShape right) => left.Equals(right);

    public static bool operator !=(in TensorShape left, in TensorShape right) => !left.Equals(right);

    public bool Equals(TensorShape other) => Sizes.SequenceEqual(other.Sizes);

    public override bool Equals(object? obj) => obj is TensorShape other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int size in Sizes)
            hash.Add(size);
        return hash.ToHashCode();
    }

    /// <summary>As in error messages: <c>[2,3]</c>.</summary>
    public override string ToString() => Text(Sizes);

    internal static string Text(ReadOnlySpan<int> sizes)
    {
        var text = new StringBuilder("[");
        for (int axis = 0; axis < sizes.Length; axis++)
            text.Append(axis == 0 ? "" : ",").Append(sizes[axis]);
        return text.Append(']').ToString();
    }

    /// <summary>The axis counted from 0; <paramref name="axis"/> when negative, it counts from the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    internal int Normalize(int axis, string name = "axis")
    {
        if (axis < -Rank || axis >= Rank)
            throw new ArgumentOutOfRangeException(name, axis, $"The shape {this} has {Rank} axes.");
        return axis < 0 ? axis + Rank : axis;
    }

    /// <summary>Axes counted from 0.</summary>
    internal int[] NormalizeAll(ReadOnlySpan<int> axes)
    {
        int[] all = axes.ToArray();
        for (int place = 0; place < all.Length; place++)
            all[place] = Normalize(all[place]);
        return all;
    }

    /// <summary>Writes the sizes.</summary>
    internal void CopyTo(Span<long> destination)
    {
        for (int axis = 0; axis < Rank; axis++)
            destination[axis] = _sizes[axis];
    }

    /// <summary>The strides of a dense tensor of this shape.</summary>
    internal Strides DenseStrides()
    {
        var strides = new Strides();
        long stride = 1;
        for (int axis = Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= _sizes[axis];
        }
        return strides;
    }

    /// <summary>The strides that read a dense tensor of this shape as if it had the shape it is broadcast to.</summary>
    internal Strides BroadcastStrides(in TensorShape wide)
    {
        Strides dense = DenseStrides();
        var strides = new Strides();
        int added = wide.Rank - Rank;
        for (int axis = 0; axis < Rank; axis++)
            strides[axis + added] = _sizes[axis] == 1 ? 0 : dense[axis];
        return strides;
    }

    /// <summary>The shape that two are broadcast to by NumPy's rules.</summary>
    /// <exception cref="ArgumentException">They don't fit.</exception>
    internal static TensorShape Broadcast(in TensorShape a, in TensorShape b, string operation)
    {
        if (a == b)
            return a;
        int rank = Math.Max(a.Rank, b.Rank);
        Span<int> sizes = stackalloc int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            int fromA = a.SizeFromEnd(rank - axis), fromB = b.SizeFromEnd(rank - axis);
            if (fromA != fromB && fromA != 1 && fromB != 1)
                throw new ArgumentException($"{operation}: the shapes {a} and {b} cannot be broadcast together.");
            sizes[axis] = fromA == 1 ? fromB : fromA;
        }
        return new TensorShape(sizes);
    }

    /// <summary>The shape without one axis, or with it as one of size 1.</summary>
    internal TensorShape Reduce(int axis, bool keep)
    {
        Span<int> sizes = stackalloc int[MaximumRank];
        Sizes.CopyTo(sizes);
        if (keep)
        {
            sizes[axis] = 1;
            return new TensorShape(sizes[..Rank]);
        }
        Sizes[(axis + 1)..].CopyTo(sizes[axis..]);
        return new TensorShape(sizes[..(Rank - 1)]);
    }

    /// <summary>The shape with another size of one axis.</summary>
    internal TensorShape WithSize(int axis, int size)
    {
        Span<int> sizes = stackalloc int[MaximumRank];
        Sizes.CopyTo(sizes);
        sizes[axis] = size;
        return new TensorShape(sizes[..Rank]);
    }

    /// <summary>The shape as three axes: what stands before one axis, that one, and what stands after it.</summary>
    internal Axis Around(int axis)
    {
        var around = new Axis { Outer = 1, Length = _sizes[axis], Inner = 1 };
        foreach (int size in Sizes[..axis])
            around.Outer *= size;
        foreach (int size in Sizes[(axis + 1)..])
            around.Inner *= size;
        return around;
    }

    private int SizeFromEnd(int place) => place <= Rank ? _sizes[Rank - place] : 1;

    [InlineArray(MaximumRank)]
    private struct AxisSizes
    {
        private int _first;
    }
}
