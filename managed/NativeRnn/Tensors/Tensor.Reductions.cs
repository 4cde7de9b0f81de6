using NativeRnn.Interop;

namespace NativeRnn;

// Sums, means, maxima.
public sealed partial class Tensor
{
    /// <summary>The sum of all elements; no axes. Summed in double precision.</summary>
    public Tensor Sum()
    {
        Require(DType.Float32, nameof(Sum));
        Tensor y = Zeros([], Device);
        AddSum(this, y);
        Device.Trace?.Add(TracedKind.Sum, new TracedReduction(null, false), y, this);
        return GradientTape.For(this) is { } tape ? RecordSumOfAll(tape, this, 1, y) : y;
    }

    /// <summary>The sums along an axis.</summary>
    /// <param name="axis">From 0, or from the end when negative.</param>
    /// <param name="keepDims">Whether the axis stays, with size 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public Tensor Sum(int axis, bool keepDims = false) => SumAlong(axis, keepDims, mean: false, nameof(Sum));

    /// <summary>The mean of all elements; no axes. Not a number when there are none.</summary>
    public Tensor Mean()
    {
        Require(DType.Float32, nameof(Mean));
        Tensor y = Zeros([], Device);
        AddSum(this, y);
        float scale = 1f / Length;
        Ops.Affine(y, scale, 0, y);
        Device.Trace?.Add(TracedKind.Mean, new TracedReduction(null, false), y, this);
        return GradientTape.For(this) is { } tape ? RecordSumOfAll(tape, this, scale, y) : y;
    }

    /// <summary>The means along an axis.</summary>
    /// <inheritdoc cref="Sum(int, bool)"/>
    public Tensor Mean(int axis, bool keepDims = false) => SumAlong(axis, keepDims, mean: true, nameof(Mean));

    /// <summary>The greatest of all elements; no axes. Equal ones share the gradient.</summary>
    /// <exception cref="ArgumentException">There are no elements.</exception>
    public Tensor Max()
    {
        Require(DType.Float32, nameof(Max));
        Tensor y = MaxAlong(new Axis { Outer = 1, Length = Length, Inner = 1 }, new TensorShape([]));
        Device.Trace?.Add(TracedKind.Max, new TracedReduction(null, false), y, this);
        return y;
    }

    /// <summary>The greatest elements along an axis. Equal ones share the gradient.</summary>
    /// <param name="axis">From 0, or from the end when negative.</param>
    /// <param name="keepDims">Whether the axis stays, with size 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <exception cref="ArgumentException">The axis has size 0.</exception>
    public Tensor Max(int axis, bool keepDims = false)
    {
        Require(DType.Float32, nameof(Max));
        axis = Sizes.Normalize(axis);
        Tensor y = MaxAlong(Sizes.Around(axis), Sizes.Reduce(axis, keepDims));
        Device.Trace?.Add(TracedKind.Max, new TracedReduction(axis, keepDims), y, this);
        return y;
    }

    /// <summary>
    /// The places of the greatest elements along an axis, the first of equal ones; found on the host. Has no gradient.
    /// </summary>
    /// <param name="axis">From 0, or from the end when negative.</param>
    /// <returns><see cref="DType.Int32"/>, this shape without the axis.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    /// <exception cref="ArgumentException">The axis has size 0.</exception>
    public Tensor ArgMax(int axis = -1)
    {
        Require(DType.Float32, nameof(ArgMax));
        axis = Sizes.Normalize(axis);
        Axis around = Sizes.Around(axis);
        if (around.Length == 0)
            throw new ArgumentException($"ArgMax: axis {axis} of the shape {ShapeText} is empty.", nameof(axis));
        int mark = OperationTrace.Mark(Device);
        float[] values = ToArray();
        int[] places = new int[around.Outer * around.Inner];
        for (int row = 0; row < places.Length; row++)
        {
            long outer = row / around.Inner, inner = row % around.Inner;
            long first = (outer * around.Length * around.Inner) + inner;
            for (int k = 1; k < around.Length; k++)
            {
                if (values[first + (k * around.Inner)] > values[first + (places[row] * around.Inner)])
                    places[row] = k;
            }
        }
        Tensor y = From(places, Sizes.Reduce(axis, keep: false).Sizes, Device);
        Device.Trace?.Fuse(mark, TracedKind.ArgMax, axis, [y], [this]);
        return y;
    }

    /// <summary>Adds the sum of all elements of <paramref name="x"/> to the one of <paramref name="y"/>.</summary>
    internal static void AddSum(Tensor x, Tensor y)
    {
        if (x.Length == 0)
            return;
        // One axis as far as its size is an int: that sum is made in double precision throughout.
        TensorShape line = x.Length <= int.MaxValue ? new TensorShape([(int)x.Length]) : x.Sizes;
        Ops.CopyStrided(new CopyCall
        {
            Sizes = line,
            Accumulate = true,
            Source = x,
            SourceStrides = line.DenseStrides(),
            Destination = y,
            DestinationStrides = default,
        });
    }

    private Tensor SumAlong(int axis, bool keepDims, bool mean, string name)
    {
        Require(DType.Float32, name);
        axis = Sizes.Normalize(axis);
        TensorShape kept = Sizes.Reduce(axis, keep: true);
        Tensor y = Zeros(Sizes.Reduce(axis, keepDims).Sizes, Device);
        Ops.CopyStrided(new CopyCall
        {
            Sizes = Sizes,
            Accumulate = true,
            Source = this,
            SourceStrides = Sizes.DenseStrides(),
            Destination = y,
            DestinationStrides = kept.BroadcastStrides(Sizes),
        });
        float scale = 1;
        if (mean)
        {
            scale = 1f / Sizes[axis];
            Ops.Affine(y, scale, 0, y);
        }
        Device.Trace?.Add(mean ? TracedKind.Mean : TracedKind.Sum, new TracedReduction(axis, keepDims), y, this);
        return GradientTape.For(this) is { } tape ? RecordSum(tape, this, kept, scale, y) : y;
    }

    /// <param name="tape">Where to record.</param>
    /// <param name="x">The input.</param>
    /// <param name="kept">A shape of y that broadcasts to x.</param>
    /// <param name="scale">y is scale times the sum.</param>
    /// <param name="y">The output.</param>
    private static Tensor RecordSum(GradientTape tape, Tensor x, TensorShape kept, float scale, Tensor y)
    {
        tape.Record(y, dy => SpreadSum(tape, x, kept, scale, dy));
        return y;
    }

    private static Tensor RecordSumOfAll(GradientTape tape, Tensor x, float scale, Tensor y)
    {
        tape.Record(
            y,
            new Operands(x, Number: scale),
            static (GradientTape tape, in RecordedOperation operation, Tensor dy) =>
                SpreadSum(tape, operation.Operands.A!, dy.Sizes, operation.Operands.Number, dy));
        return y;
    }

    /// <summary>The gradient of a sum: scale dy, broadcast to x.</summary>
    private static void SpreadSum(GradientTape tape, Tensor x, in TensorShape kept, float scale, Tensor dy)
    {
        Tensor scaled = dy;
        if (scale != 1)
        {
            scaled = Empty(dy.Sizes, dy.Device);
            Ops.Affine(dy, scale, 0, scaled);
        }
        Tensor dx = tape.GradientTarget(x, out bool accumulate);
        Ops.CopyStrided(new CopyCall
        {
            Sizes = x.Sizes,
            Accumulate = accumulate,
            Source = scaled,
            SourceStrides = kept.BroadcastStrides(x.Sizes),
            Destination = dx,
            DestinationStrides = x.Sizes.DenseStrides(),
        });
    }

    private Tensor MaxAlong(Axis axis, in TensorShape result)
    {
        if (axis.Length == 0)
            throw new ArgumentException($"Max: there is no greatest element of the shape {ShapeText}.");
        Tensor y = Empty(result, Device);
        Ops.MaxForward(axis, this, y);
        return GradientTape.For(this) is { } tape ? RecordMax(tape, axis, this, y) : y;
    }

    private static Tensor RecordMax(GradientTape tape, Axis axis, Tensor x, Tensor y)
    {
        tape.Record(y, dy =>
        {
            Tensor dx = Empty(x.Sizes, x.Device);
            Ops.MaxBackward(axis, x, y, dy, dx);
            tape.Accumulate(x, dx, fresh: true);
        });
        return y;
    }
}
