namespace NativeRnn.Models;

/// <summary>Operators that change shapes: reshaping, transposing, joining, repeating, padding.</summary>
internal static class OnnxShaping
{
    internal static Dictionary<string, OnnxOperator> Operators { get; } = new()
    {
        ["Reshape"] = new(call => [Reshape(call)], 2, 2, "allowzero"),
        ["Flatten"] = new(call => [Flatten(call)], 1, 1, "axis"),
        ["Squeeze"] = new(call => [Squeeze(call)], 1, 2, "axes"),
        ["Unsqueeze"] = new(call => [Unsqueeze(call)], 1, 2, "axes"),
        ["Transpose"] = new(call => [Transpose(call)], 1, 1, "perm"),
        ["Concat"] = new(call => [Concat(call)], 1, int.MaxValue, "axis"),
        ["Expand"] = new(call => [Expand(call)], 2, 2),
        ["Tile"] = new(call => [Tile(call)], 2, 2),
        ["Pad"] = new(call => [Pad(call)], 1, 4, "mode pads value"),
    };

    private static OnnxValue Reshape(OnnxCall call)
    {
        OnnxValue x = call[0];
        long[] sizes = [.. call.Integers(1)!];
        int free = Array.IndexOf(sizes, -1);
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (sizes[axis] == 0 && !call.Attributes.Flag("allowzero"))
                sizes[axis] = axis < x.Rank
                    ? x.Shape[axis]
                    : throw new ArgumentException($"size {axis} is to be kept, which {x.ShapeText} does not have");
        }

        if (free >= 0)
        {
            sizes[free] = 1;
            long others = OnnxShape.Length(OnnxShape.Checked(sizes));
            if (others == 0 || x.Length % others != 0)
                throw new ArgumentException($"{x.ShapeText} does not fit into {OnnxShape.Text(call.Integers(1))}");
            sizes[free] = x.Length / others;
        }

        return OnnxLayout.Reshape(x, OnnxShape.Checked(sizes));
    }

    private static OnnxValue Flatten(OnnxCall call)
    {
        OnnxValue x = call[0];
        long given = call.Attributes.Int("axis", 1);
        int axis = given == x.Rank ? x.Rank : OnnxShape.Axis(given, x.Rank);
        return OnnxLayout.Reshape(
            x, OnnxShape.Checked([OnnxShape.Length(x.Shape[..axis]), OnnxShape.Length(x.Shape[axis..])]));
    }

    private static OnnxValue Squeeze(OnnxCall call)
    {
        OnnxValue x = call[0];
        int[] shape = x.Shape.ToArray();
        int[] axes = call.IntegersOf("axes", 1) is { } given
            ? OnnxShape.Axes(given, x.Rank)
            : [.. Enumerable.Range(0, x.Rank).Where(axis => shape[axis] == 1)];
        return Array.TrueForAll(axes, axis => shape[axis] == 1)
            ? OnnxLayout.Reshape(x, [.. shape.Where((_, axis) => !axes.Contains(axis))])
            : throw new ArgumentException(
                $"axes [{string.Join(',', axes)}] of {x.ShapeText} are to go, but not all are 1");
    }

    private static OnnxValue Unsqueeze(OnnxCall call)
    {
        OnnxValue x = call[0];
        long[] given = call.IntegersOf("axes", 1) ?? throw new ArgumentException("it has no axes");
        List<int> shape = [.. x.Shape];
        foreach (int axis in OnnxShape.Axes(given, x.Rank + given.Length))
            shape.Insert(axis, 1);
        return OnnxLayout.Reshape(x, [.. shape]);
    }

    private static OnnxValue Transpose(OnnxCall call)
    {
        OnnxValue x = call[0];
        long[] order = call.Attributes.Ints("perm") ?? [.. Enumerable.Range(0, x.Rank).Reverse()];
        return order.Length == x.Rank && OnnxShape.Axes(order, x.Rank).Length == x.Rank
            ? OnnxLayout.Permute(x, Array.ConvertAll(order, axis => OnnxShape.Axis(axis, order.Length)))
            : throw new ArgumentException($"perm is {OnnxShape.Text(order)}, the input {x.ShapeText}");
    }

    private static OnnxValue Concat(OnnxCall call)
    {
        OnnxValue[] parts = [.. Enumerable.Range(0, call.Count).Select(input => call[input])];
        if (!call.Attributes.Has("axis"))
            throw new ArgumentException("it has no axis");
        int axis = OnnxShape.Axis(call.Attributes.Int("axis", 0), parts[0].Rank);
        return Join(call, parts, axis);
    }

    private static OnnxValue Join(OnnxCall call, OnnxValue[] parts, int axis)
    {
        long[] sizes = Array.ConvertAll(parts[0].Shape.ToArray(), size => (long)size);
        sizes[axis] = 0;
        foreach (OnnxValue part in parts)
        {
            if (part.Rank != sizes.Length || (part.Kind == OnnxKind.Float) != (parts[0].Kind == OnnxKind.Float))
                throw new ArgumentException(
                    $"{parts[0].ShapeText} of {parts[0].Kind} and {part.ShapeText} of {part.Kind}");
            for (int other = 0; other < sizes.Length; other++)
            {
                if (other != axis && part.Shape[other] != sizes[other])
                    throw new ArgumentException(
                        $"the shapes {parts[0].ShapeText} and {part.ShapeText} differ beyond axis {axis}");
            }

            sizes[axis] += part.Shape[axis];
        }

        return OnnxLayout.Concat(parts, axis, call.Claim(sizes), call.Device);
    }

    private static OnnxValue Expand(OnnxCall call)
    {
        int[] shape = OnnxShape.Checked(call.Integers(1));
        return OnnxLayout.Expand(call[0], call.Claim(OnnxShape.Broadcast(call[0].Shape, shape)));
    }

    // Each axis: copies beside each other.
    private static OnnxValue Tile(OnnxCall call)
    {
        OnnxValue x = call[0];
        long[] repeats = call.Integers(1)!;
        if (repeats.Length != x.Rank || Array.Exists(repeats, count => count < 0))
            throw new ArgumentException($"repeats are {OnnxShape.Text(repeats)}, the input {x.ShapeText}");
        for (int axis = 0; axis < repeats.Length; axis++)
        {
            if (repeats[axis] == 1)
                continue;
            int[] shape = x.Shape.ToArray();
            long outer = OnnxShape.Length(shape.AsSpan(0, axis)), inner = OnnxShape.Length(shape.AsSpan(axis));
            int[] wide = call.Claim([outer, repeats[axis], inner]);
            x = OnnxLayout.Expand(OnnxLayout.Reshape(x, OnnxShape.Checked([outer, 1, inner])), wide);
            shape[axis] = checked((int)(shape[axis] * repeats[axis]));
            x = OnnxLayout.Reshape(x, shape);
        }

        return x;
    }

    private static OnnxValue Pad(OnnxCall call)
    {
        OnnxValue x = call[0];
        string mode = call.Attributes.Text("mode", "constant");
        if (mode != "constant")
            throw new ArgumentException($"mode is {OnnxText.Quote(mode)}; only constant is computed");
        long[] pads = call.IntegersOf("pads", 1) ?? throw new ArgumentException("it has no pads");
        long[] given = call.Integers(3) ?? [.. Enumerable.Range(0, x.Rank)];
        if (OnnxShape.Axes(given, x.Rank).Length * 2 != pads.Length)
            throw new ArgumentException($"{pads.Length} pads for {given.Length} axes");
        int[] axes = Array.ConvertAll(given, axis => OnnxShape.Axis(axis, call[0].Rank));
        float value = call.NumberOf("value", 2) ?? 0;
        for (int k = 0; k < axes.Length; k++)
            x = Pad(call, x, axes[k], pads[k], pads[k + axes.Length], value);
        return x;
    }

    // Negative pads cut off.
    private static OnnxValue Pad(OnnxCall call, OnnxValue x, int axis, long before, long after, float value)
    {
        long start = Math.Max(-before, 0), end = x.Shape[axis] - Math.Max(-after, 0);
        if (start > end)
            throw new ArgumentException(
                $"pads {before} and {after} cut off more than axis {axis} of {x.ShapeText} has");
        x = OnnxLayout.Part(x, axis, (int)start, (int)(end - start));
        OnnxValue[] parts =
        [
            .. before > 0 ? [Filled(call, x, axis, before, value)] : Array.Empty<OnnxValue>(),
            x,
            .. after > 0 ? [Filled(call, x, axis, after, value)] : Array.Empty<OnnxValue>(),
        ];
        return parts.Length == 1 ? x : Join(call, parts, axis);
    }

    private static OnnxValue Filled(OnnxCall call, OnnxValue like, int axis, long size, float value)
    {
        long[] sizes = Array.ConvertAll(like.Shape.ToArray(), old => (long)old);
        sizes[axis] = size;
        int[] shape = call.Claim(sizes);
        if (like.IsFloats)
            return like.With(Tensor.Full(shape, value, call.Device));
        long[] integers = new long[OnnxShape.Length(shape)];
        Array.Fill(integers, (long)value);
        return like.With(integers, shape);
    }
}
