namespace NativeRnn.Models;

/// <summary>Sums, means, maxima along axes.</summary>
internal static class OnnxReductions
{
    internal static Dictionary<string, OnnxOperator> Operators { get; } = new()
    {
        ["ReduceSum"] = Reduce((x, axis) => x.Sum(axis, keepDims: true), (a, b) => a + b),
        ["ReduceMean"] = Reduce((x, axis) => x.Mean(axis, keepDims: true)),
        ["ReduceMax"] = Reduce((x, axis) => x.Max(axis, keepDims: true), Math.Max),
        ["ReduceMin"] = Reduce((x, axis) => -(-x).Max(axis, keepDims: true), Math.Min),
        ["ReduceProd"] = Reduce(null, (a, b) => a * b),
        ["ReduceL1"] = Reduce((x, axis) => x.Sum(axis, keepDims: true), before: x => x.Abs()),
        ["ReduceL2"] = Reduce(
            (x, axis) => x.Sum(axis, keepDims: true), before: x => x.Square(), after: x => x.Sqrt()),
        ["ReduceSumSquare"] = Reduce((x, axis) => x.Sum(axis, keepDims: true), before: x => x.Square()),
        ["ArgMax"] = new(call => [Greatest(call, call.Floats(0))], 1, 1, "axis keepdims select_last_index"),
        ["ArgMin"] = new(call => [Greatest(call, -call.Floats(0))], 1, 1, "axis keepdims select_last_index"),
    };

    private static OnnxOperator Reduce(
        Func<Tensor, int, Tensor>? floats,
        Func<long, long, long>? integers = null,
        Func<Tensor, Tensor>? before = null,
        Func<Tensor, Tensor>? after = null) => new(
        call =>
        {
            OnnxValue x = call[0];
            int[] axes = AxesOf(call, x.Rank);
            OnnxValue kept = x.IsFloats && floats is not null
                ? OnnxValue.Of(OfFloats(x.Floats(call.Device), axes, floats, before, after))
                : OfIntegers(x, axes, integers);
            if (call.Attributes.Flag("keepdims", true))
                return [kept];
            int[] shape = [.. Enumerable.Range(0, x.Rank).Except(axes).Select(axis => kept.Shape[axis])];
            return [OnnxLayout.Reshape(kept, shape)];
        },
        1,
        2,
        "axes keepdims noop_with_empty_axes");

    private static Tensor OfFloats(
        Tensor x,
        int[] axes,
        Func<Tensor, int, Tensor> along,
        Func<Tensor, Tensor>? before,
        Func<Tensor, Tensor>? after)
    {
        Tensor y = axes.Aggregate(before?.Invoke(x) ?? x, along);
        return after?.Invoke(y) ?? y;
    }

    private static OnnxValue OfIntegers(OnnxValue x, int[] axes, Func<long, long, long>? function) => function is null
        ? throw new ArgumentException("it is not computed of integers")
        : axes.Aggregate(x, (reduced, axis) => HostIntegers.Reduce(reduced, axis, function));

    // Without axes: all, unless the node says none.
    private static int[] AxesOf(OnnxCall call, int rank)
    {
        long[] axes = call.IntegersOf("axes", 1) ?? [];
        if (axes.Length > 0)
            return OnnxShape.Axes(axes, rank);
        return call.Attributes.Flag("noop_with_empty_axes") ? [] : [.. Enumerable.Range(0, rank)];
    }

    private static OnnxValue Greatest(OnnxCall call, Tensor x)
    {
        if (call.Attributes.Flag("select_last_index"))
            throw new ArgumentException("select_last_index is 1; only the first of equal numbers is found");
        int axis = OnnxShape.Axis(call.Attributes.Int("axis", 0), x.Rank);
        OnnxValue places = OnnxValue.Of(x.ArgMax(axis));
        if (!call.Attributes.Flag("keepdims", true))
            return places;
        int[] shape = x.Shape.ToArray();
        shape[axis] = 1;
        return OnnxLayout.Reshape(places, shape);
    }
}
