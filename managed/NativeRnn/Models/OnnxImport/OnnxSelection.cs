using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>Operators that pick elements: parts, rows of a table, triangles, reversed steps.</summary>
internal static class OnnxSelection
{
    internal static Dictionary<string, OnnxOperator> Operators { get; } = new()
    {
        ["Slice"] = new(call => [Slice(call)], 1, 5, "starts ends axes"),
        ["Split"] = new(Split, 1, 2, "axis split num_outputs") { MostOutputs = int.MaxValue },
        ["Gather"] = new(call => [Gather(call)], 2, 2, "axis"),
        ["GatherElements"] = new(call => [OnnxValue.Of(GatherElements(call))], 2, 2, "axis"),
        ["Trilu"] = new(call => [Trilu(call)], 1, 2, "upper"),
        ["ReverseSequence"] = new(call => [OnnxValue.Of(ReverseSequence(call))], 2, 2, "batch_axis time_axis"),
    };

    private static OnnxValue Slice(OnnxCall call)
    {
        OnnxValue x = call[0];
        long[] starts = call.IntegersOf("starts", 1) ?? throw new ArgumentException("it has no starts");
        long[] ends = call.IntegersOf("ends", 2) ?? throw new ArgumentException("it has no ends");
        long[] axes = call.IntegersOf("axes", 3) ?? [.. Enumerable.Range(0, starts.Length)];
        long[] steps = call.Integers(4) ?? [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw new ArgumentException("starts, ends, axes and steps are not equally many");
        OnnxShape.Axes(axes, x.Rank);
        for (int k = 0; k < starts.Length; k++)
            x = Slice(x, OnnxShape.Axis(axes[k], x.Rank), starts[k], ends[k], steps[k]);

        return x;
    }

    private static OnnxValue Slice(OnnxValue x, int axis, long start, long end, long step)
    {
        if (step == 0)
            throw new ArgumentException("a step is 0");
        long size = x.Shape[axis];
        step = Math.Clamp(step, -int.MaxValue, int.MaxValue);
        (long least, long most) = step > 0 ? (0L, size) : (-1L, size - 1);
        start = Math.Clamp(start < 0 ? start + size : start, step > 0 ? 0 : Math.Min(0, most), Math.Max(most, least));
        end = Math.Clamp(end < 0 ? end + size : end, least, Math.Max(most, least));
        long distance = step > 0 ? end - start : start - end;
        int count = distance <= 0 || size == 0 ? 0 : (int)(((distance - 1) / Math.Abs(step)) + 1);
        if (step == 1 || count == 0)
            return OnnxLayout.Part(x, axis, count == 0 ? 0 : (int)start, count);
        int[] places = [.. Enumerable.Range(0, count).Select(k => (int)(start + (k * step)))];
        return OnnxLayout.Gather(x, axis, places, [count]);
    }

    private static OnnxValue[] Split(OnnxCall call)
    {
        OnnxValue x = call[0];
        int axis = OnnxShape.Axis(call.Attributes.Int("axis", 0), x.Rank);
        int parts = call.Node.Outputs.Length;
        long[] sizes = call.IntegersOf("split", 1) ?? EqualSizes(x.Shape[axis], parts);
        if (sizes.Length != parts || Array.Exists(sizes, size => size < 0 || size > x.Shape[axis])
            || sizes.Sum() != x.Shape[axis])
            throw new ArgumentException(
                $"{parts} parts of sizes {OnnxShape.Text(sizes)} of axis {axis} of {x.ShapeText}");
        var made = new OnnxValue[parts];
        int start = 0;
        for (int part = 0; part < parts; part++)
        {
            made[part] = OnnxLayout.Part(x, axis, start, (int)sizes[part]);
            start += (int)sizes[part];
        }

        return made;
    }

    // The last one may be smaller.
    private static long[] EqualSizes(long size, int parts)
    {
        long equal = (size + parts - 1) / parts;
        return [.. Enumerable.Range(0, parts).Select(part => Math.Clamp(size - (part * equal), 0, equal))];
    }

    private static OnnxValue Gather(OnnxCall call)
    {
        (OnnxValue x, OnnxValue indices) = (call[0], call[1]);
        int mark = OperationTrace.Mark(call.Device);
        int axis = OnnxShape.Axis(call.Attributes.Int("axis", 0), x.Rank);
        int[] places = Places(indices, x.Shape[axis]);
        int[] placesShape = indices.Shape.ToArray();
        int[] shape = [.. x.Shape[..axis], .. placesShape, .. x.Shape[(axis + 1)..]];
        call.Claim(Array.ConvertAll(shape, size => (long)size));
        OnnxValue y = OnnxLayout.Gather(x, axis, places, placesShape);
        // What an export shall see of it: not that the host has looked at the indices.
        if (axis == 0 && x.AsFloats is { Rank: 2 } table && indices.AsIndices is { } source)
            call.Device.Trace?.Fuse(mark, TracedKind.Embedding, null, [y.AsFloats!], [table, source]);
        return y;
    }

    private static Tensor GatherElements(OnnxCall call)
    {
        Tensor x = call.Floats(0, 1);
        int axis = OnnxShape.Axis(call.Attributes.Int("axis", 0), x.Rank);
        call.Claim([call[1].Length]);
        return x.Gather(axis, Tensor.From(Places(call[1], x.Shape[axis]), call[1].Shape, call.Device));
    }

    /// <summary>Indices from 0: negative ones count from the end.</summary>
    private static int[] Places(OnnxValue indices, int size) =>
        Array.ConvertAll(indices.ToIntegers(), index => Place(index, size));

    /// <summary>An index from 0.</summary>
    /// <exception cref="ArgumentException">It reaches beyond the axis.</exception>
    internal static int Place(long index, int size) => index >= -size && index < size
        ? (int)(index < 0 ? index + size : index)
        : throw new ArgumentException($"an index is {index}, must be {-size} to {size - 1}");

    private static OnnxValue Trilu(OnnxCall call)
    {
        OnnxValue x = call[0];
        if (x.Rank < 2)
            throw new ArgumentException($"the input is {x.ShapeText}, must be a matrix or several");
        long diagonal = call.Optional(1)?.ToInteger() ?? 0;
        bool upper = call.Attributes.Flag("upper", true);
        int[] matrix = [x.Shape[^2], x.Shape[^1]];
        long[] stays = new long[OnnxShape.Length(matrix)];
        for (int k = 0; k < stays.Length; k++)
        {
            long above = (k % matrix[1]) - (k / matrix[1]);
            stays[k] = (upper ? above >= diagonal : above <= diagonal) ? 1 : 0;
        }

        OnnxValue mask = OnnxValue.Integers(stays, matrix, OnnxKind.Boolean);
        if (x.AsFloats is { } floats)
            return x.With(Tensor.Where(mask.Floats(call.Device), floats, Tensor.Zeros([], call.Device)));
        int[] shape = x.Shape.ToArray();
        return x.With(
            HostIntegers.Zip(x.ToIntegers(), HostIntegers.Expand(stays, matrix, shape), (value, stay) => value * stay),
            shape);
    }

    // As tf2onnx writes layers that go backwards.
    private static Tensor ReverseSequence(OnnxCall call)
    {
        Tensor x = call.Floats(0, 2);
        (long time, long batch) = (call.Attributes.Int("time_axis", 0), call.Attributes.Int("batch_axis", 1));
        if (time + batch != 1 || time is not (0 or 1))
            throw new ArgumentException($"time_axis is {time}, batch_axis {batch}; they must be 0 and 1");
        int[] lengths = Array.ConvertAll(call.Integers(1)!, length => checked((int)length));
        if (lengths.Length != x.Shape[(int)batch])
            throw new ArgumentException($"{lengths.Length} lengths for {x.ShapeText}");
        SequenceMask mask = SequenceMask.FromLengths(x.Shape[(int)time], lengths);
        return new StepOrder(mask, reversed: true).ToFront(x, batchFirst: batch == 0);
    }
}
