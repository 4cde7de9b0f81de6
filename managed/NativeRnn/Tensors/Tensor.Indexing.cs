using System.Runtime.CompilerServices;
using NativeRnn.Interop;

namespace NativeRnn;

// Parts of a tensor.
public sealed partial class Tensor
{
    /// <summary>
    /// A part, copied: each index stands for one axis, from the first; axes without one are taken whole.
    /// <c>x[.., ^1]</c> of [B,T,H] is the last step, [B,H]; <c>x[1..3]</c> are two rows.
    /// </summary>
    /// <param name="indices">At most one for each axis.</param>
    /// <exception cref="ArgumentException">There are more indices than axes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index reaches beyond its axis.</exception>
    [IndexerName("Part")]
    public Tensor this[params ReadOnlySpan<TensorIndex> indices]
    {
        get
        {
            Region region = Locate(indices);
            if (DType == DType.Int32)
                return TakeOnHost(region, indices);
            Tensor y = Empty(region.Result, Device);
            Ops.CopyStrided(new CopyCall
            {
                Sizes = region.Result,
                Source = this,
                SourceOffset = region.Offset,
                SourceStrides = region.Strides,
                Destination = y,
                DestinationStrides = region.Result.DenseStrides(),
            });
            if (Device.Trace is { } trace)
                trace.Add(TracedKind.Slice, SliceOf(indices), y, this);
            return GradientTape.For(this) is { } tape ? RecordTake(tape, this, region, y) : y;
        }
    }

    /// <summary>
    /// Picks along an axis: the result at [i..] is this at [i..] with place <c>indices[i..]</c> along the axis.
    /// </summary>
    /// <param name="axis">From 0, or from the end when negative.</param>
    /// <param name="indices">
    /// <see cref="DType.Int32"/>, each 0 to the axis's size - 1; this shape but for the axis, along which
    /// it may have any size.
    /// </param>
    /// <returns>The shape of <paramref name="indices"/>.</returns>
    /// <exception cref="ArgumentException">The shapes don't fit, or an index is out of range.</exception>
    public Tensor Gather(int axis, Tensor indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        Require(DType.Float32, nameof(Gather));
        indices.Require(DType.Int32, nameof(Gather));
        RequireOneDevice(nameof(Gather), this, indices);
        axis = Sizes.Normalize(axis);
        if (indices.Rank != Rank || indices.Sizes.WithSize(axis, 0) != Sizes.WithSize(axis, 0))
            throw new ArgumentException(
                $"Gather: the indices {indices.ShapeText} differ from {ShapeText} beyond axis {axis}.",
                nameof(indices));
        Tensor y = Empty(indices.Sizes, Device);
        Ops.Gather(Sizes.Around(axis), indices.Shape[axis], this, indices, y);
        Device.Trace?.Add(TracedKind.Gather, axis, y, this, indices);
        return GradientTape.For(this) is { } tape ? RecordGather(tape, this, axis, indices, y) : y;
    }

    private Region Locate(ReadOnlySpan<TensorIndex> indices)
    {
        _ = Buffer;
        if (indices.Length > Rank)
            throw new ArgumentException(
                $"{indices.Length} indices are given for the shape {ShapeText}.", nameof(indices));
        Strides dense = Sizes.DenseStrides();
        var strides = new Strides();
        Span<int> sizes = stackalloc int[Rank];
        int rank = 0;
        long offset = 0;
        for (int axis = 0; axis < Rank; axis++)
        {
            TensorIndex index = axis < indices.Length ? indices[axis] : Range.All;
            (int start, int count) = index.Resolve(Shape[axis], axis, Sizes);
            offset += start * dense[axis];
            if (index.IsSingle)
                continue;
            sizes[rank] = count;
            strides[rank++] = dense[axis];
        }
        var result = new TensorShape(sizes[..rank]);
        return new Region(result, strides, result.Length == 0 ? 0 : offset);
    }

    // Integers are indices and class numbers: few, and the kernels move floats only.
    private Tensor TakeOnHost(in Region region, ReadOnlySpan<TensorIndex> indices)
    {
        int mark = OperationTrace.Mark(Device);
        int[] all = ToInt32Array();
        int[] taken = new int[region.Result.Length];
        Span<int> place = stackalloc int[region.Result.Rank];
        for (int k = 0; k < taken.Length; k++)
        {
            long from = region.Offset;
            for (int axis = 0; axis < place.Length; axis++)
                from += place[axis] * region.Strides[axis];
            taken[k] = all[from];
            for (int axis = place.Length - 1; axis >= 0 && ++place[axis] == region.Result[axis]; axis--)
                place[axis] = 0;
        }
        Tensor y = From(taken, region.Result.Sizes, Device);
        if (Device.Trace is { } trace)
            trace.Fuse(mark, TracedKind.Slice, SliceOf(indices), [y], [this]);
        return y;
    }

    private TracedSlice SliceOf(ReadOnlySpan<TensorIndex> indices)
    {
        TracedSlice slice = new(new int[Rank], new int[Rank], new bool[Rank]);
        for (int axis = 0; axis < Rank; axis++)
        {
            TensorIndex index = axis < indices.Length ? indices[axis] : Range.All;
            (slice.Starts[axis], slice.Counts[axis]) = index.Resolve(Shape[axis], axis, Sizes);
            slice.Drops[axis] = index.IsSingle;
        }
        return slice;
    }

    private static Tensor RecordTake(GradientTape tape, Tensor x, Region region, Tensor y)
    {
        tape.Record(y, dy => Ops.CopyStrided(new CopyCall
        {
            Sizes = region.Result,
            Accumulate = true,
            Source = dy,
            SourceStrides = region.Result.DenseStrides(),
            Destination = tape.GradientTarget(x),
            DestinationOffset = region.Offset,
            DestinationStrides = region.Strides,
        }));
        return y;
    }

    private static Tensor RecordGather(GradientTape tape, Tensor x, int axis, Tensor indices, Tensor y)
    {
        tape.Record(y, dy =>
            Ops.ScatterAdd(x.Sizes.Around(axis), indices.Shape[axis], dy, indices, tape.GradientTarget(x)));
        return y;
    }

    /// <summary>Where a part lies: its shape, and its place in the dense whole.</summary>
    private readonly record struct Region(TensorShape Result, Strides Strides, long Offset);
}
