using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>Takes rows out of tensors, and puts them into others; recorded for gradients.</summary>
internal static class Rows
{
    // Why such an operation can't be exported.
    private const string HostPlaces =
        "puts steps in an order that the host has found (packed sequences, a cell run step by step, " +
        "masks of other than trailing steps)";

    /// <summary>Row k of the result is row places[k] of x.</summary>
    /// <param name="x">Rows, told by its first axes.</param>
    /// <param name="axes">How many axes tell a row.</param>
    /// <param name="places">At least one.</param>
    /// <param name="shape">Of the places in the result: as many.</param>
    internal static Tensor Gather(Tensor x, int axes, int[] places, ReadOnlySpan<int> shape)
    {
        int[] whole = [.. shape, .. x.Shape[axes..]];
        if (x.DType == DType.Int32)
        {
            return GatherOnHost(x, axes, places, whole);
        }

        Tensor indices = Tensor.From(places, [places.Length], x.Device);
        int[] table = TableOf(x, axes);
        Tensor y = Tensor.Empty(whole, x.Device);
        Ops.EmbeddingForward(x.Alias(table), indices, y);
        x.Device.Trace?.Add(TracedKind.Unsupported, HostPlaces, y, x);
        if (GradientTape.For(x) is { } tape)
        {
            tape.Record(y, dy => Ops.EmbeddingBackward(
                tape.GradientTarget(x).Alias(table), indices, dy));
        }

        return y;
    }

    /// <summary>Row places[k] of the result is row k of x; the other rows are zeros.</summary>
    /// <param name="x">Rows, told by the first axis.</param>
    /// <param name="places">As many, each once.</param>
    /// <param name="shape">Of the rows of the result.</param>
    internal static Tensor Scatter(Tensor x, int[] places, ReadOnlySpan<int> shape)
    {
        Tensor indices = Tensor.From(places, [places.Length], x.Device);
        Tensor y = Tensor.Zeros([.. shape, .. x.Shape[1..]], x.Device);
        int[] table = TableOf(y, shape.Length);
        Ops.EmbeddingBackward(y.Alias(table), indices, x);
        x.Device.Trace?.Add(TracedKind.Unsupported, HostPlaces, y, x);
        if (GradientTape.For(x) is { } tape)
        {
            tape.Record(y, dy =>
            {
                Tensor dx = Tensor.Empty(x.Shape, x.Device);
                Ops.EmbeddingForward(dy.Alias(table), indices, dx);
                tape.Accumulate(x, dx, fresh: true);
            });
        }

        return y;
    }

    // Integers are few, and the kernels move floats only.
    private static Tensor GatherOnHost(Tensor x, int axes, int[] places, int[] shape)
    {
        int[] all = x.ToInt32Array();
        int width = TableOf(x, axes)[1];
        int[] taken = new int[places.Length * width];
        for (int row = 0; row < places.Length; row++)
        {
            all.AsSpan(places[row] * width, width).CopyTo(taken.AsSpan(row * width));
        }

        return Tensor.From(taken, shape, x.Device);
    }

    private static int[] TableOf(Tensor x, int axes)
    {
        int rows = 1;
        foreach (int size in x.Shape[..axes])
        {
            rows = checked(rows * size);
        }

        return [rows, (int)(x.Length / Math.Max(1, rows))];
    }
}
