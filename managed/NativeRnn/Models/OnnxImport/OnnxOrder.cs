using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>Operators that put elements in another order: sorting, and rows by their indices.</summary>
internal static class OnnxOrder
{
    internal static Dictionary<string, OnnxOperator> Operators { get; } = new()
    {
        ["TopK"] = new(TopK, 2, 2, "axis largest sorted") { MostOutputs = 2 },
        ["GatherND"] = new(call => [OnnxValue.Of(GatherRows(call))], 2, 2, "batch_dims"),
    };

    // The places are found on the host; of equal numbers, the first comes first.
    private static OnnxValue[] TopK(OnnxCall call)
    {
        Tensor x = call.Floats(0, 1);
        int axis = OnnxShape.Axis(call.Attributes.Int("axis", -1), x.Rank);
        long count = call[1].ToInteger();
        if (count < 0 || count > x.Shape[axis])
            throw new ArgumentException($"{count} numbers are wanted of axis {axis} of {x.ShapeText}");
        int[] shape = x.Shape.ToArray();
        shape[axis] = (int)count;
        int[] places = Sorted(x, axis, shape, call.Attributes.Flag("largest", true) ? -1 : 1);
        return
        [
            OnnxValue.Of(x.Gather(axis, Tensor.From(places, shape, call.Device))),
            OnnxValue.Integers(Array.ConvertAll(places, place => (long)place), shape),
        ];
    }

    private static int[] Sorted(Tensor x, int axis, int[] shape, int sign)
    {
        float[] values = x.ToArray();
        int size = x.Shape[axis], count = shape[axis];
        var places = new int[OnnxShape.Length(shape)];
        if (places.Length == 0)
            return places;
        int inner = (int)OnnxShape.Length(shape.AsSpan(axis + 1));
        for (int row = 0; row < places.Length / count; row++)
        {
            int first = (row / inner * size * inner) + (row % inner);
            int[] order = [.. Enumerable.Range(0, size)];
            Array.Sort(order, (a, b) =>
            {
                int compared = sign * values[first + (a * inner)].CompareTo(values[first + (b * inner)]);
                return compared != 0 ? compared : a.CompareTo(b);
            });
            for (int k = 0; k < count; k++)
                places[(((row / inner * count) + k) * inner) + (row % inner)] = order[k];
        }

        return places;
    }

    // Indices [batch.., n.., r] of [batch.., r axes, ..]: the first axes tell a row.
    private static Tensor GatherRows(OnnxCall call)
    {
        Tensor x = call.Floats(0, 1);
        OnnxValue indices = call[1];
        long batch = call.Attributes.Int("batch_dims", 0);
        int width = indices.Rank == 0 ? 0 : indices.Shape[^1];
        if (batch < 0 || batch >= indices.Rank || width < 1 || batch + width > x.Rank
            || !indices.Shape[..(int)batch].SequenceEqual(x.Shape[..(int)batch]))
            throw new ArgumentException($"indices {indices.ShapeText} of {x.ShapeText} with batch_dims {batch}");
        int[] shape = indices.Shape[..^1].ToArray();
        int axes = (int)batch + width;
        int[] whole = [.. shape, .. x.Shape[axes..]];
        call.Claim(Array.ConvertAll(whole, size => (long)size));
        if (OnnxShape.Length(whole) == 0)
            return Tensor.Zeros(whole, x.Device);
        return Rows.Gather(x, axes, Places(x, indices, (int)batch, width), shape);
    }

    private static int[] Places(Tensor x, OnnxValue indices, int batch, int width)
    {
        long[] given = indices.ToIntegers();
        var places = new int[given.Length / width];
        long rows = OnnxShape.Length(x.Shape[..batch]);
        for (int k = 0; k < places.Length; k++)
        {
            // As many indices belong to each of the batch's rows.
            long place = k / (places.Length / rows);
            for (int axis = 0; axis < width; axis++)
                place = (place * x.Shape[batch + axis])
                    + OnnxSelection.Place(given[(k * width) + axis], x.Shape[batch + axis]);
            places[k] = (int)place;
        }

        return places;
    }
}
