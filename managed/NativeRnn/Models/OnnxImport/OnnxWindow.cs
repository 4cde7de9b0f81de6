using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// The windows of a convolution or pooling over time. Images of one row count as time: that is how TensorFlow's
/// one-dimensional layers are written.
/// </summary>
/// <param name="Time">Kernel, stride and dilation, over what is padded already.</param>
/// <param name="Left">Steps of padding in front.</param>
/// <param name="Right">Steps of padding behind.</param>
internal readonly record struct OnnxWindow(TimeWindow Time, int Left, int Right)
{
    /// <summary>[B,C,T] of what is [B,C,T] or [B,C,1,T].</summary>
    /// <exception cref="ArgumentException">It is neither.</exception>
    internal static Tensor Sequence(Tensor x)
    {
        if (x.Rank == 3)
            return x;
        return x.Rank == 4 && x.Shape[2] == 1
            ? x.Reshape(x.Shape[0], x.Shape[1], x.Shape[3])
            : throw new ArgumentException($"the input is {x.ShapeText}; only [B,C,T] and [B,C,1,T] are computed");
    }

    /// <exception cref="ArgumentException">Attributes contradict each other, or say what is not computed.</exception>
    internal static OnnxWindow Of(OnnxCall call, ReadOnlySpan<int> kernelOfWeights, int spatial, int steps)
    {
        OnnxAttributes attributes = call.Attributes;
        long[] kernel = attributes.Ints("kernel_shape")
            ?? Array.ConvertAll(kernelOfWeights.ToArray(), size => (long)size);
        long[] strides = attributes.Ints("strides") ?? [.. Enumerable.Repeat(1L, spatial)];
        long[] dilations = attributes.Ints("dilations") ?? [.. Enumerable.Repeat(1L, spatial)];
        long[] pads = attributes.Ints("pads") ?? new long[2 * spatial];
        if (kernel.Length != spatial || strides.Length != spatial || dilations.Length != spatial
            || pads.Length != 2 * spatial)
            throw new ArgumentException($"kernel_shape, strides, dilations or pads are not those of {spatial} axes");
        if (kernelOfWeights.Length == spatial && kernel[^1] != kernelOfWeights[^1])
            throw new ArgumentException($"kernel_shape is {kernel[^1]}, the weights have {kernelOfWeights[^1]}");
        if (spatial == 2 && (kernel[0] != 1 || pads[0] != 0 || pads[2] != 0))
            throw new ArgumentException("windows reach over more than one row; only time is computed");
        if (attributes.Flag("ceil_mode"))
            throw new ArgumentException("ceil_mode is 1; only windows that are filled are computed");
        TimeWindow time = new TimeWindow(
            checked((int)kernel[^1]),
            checked((int)strides[^1]),
            checked((int)dilations[^1]),
            TimePadding.Valid).Checked();
        string auto = attributes.Text("auto_pad", "NOTSET");
        (long left, long right) = Padding(auto, time, steps, pads[spatial - 1], pads[^1]);
        return left is >= 0 and <= Sizes.Max && right is >= 0 and <= Sizes.Max
            ? new OnnxWindow(time, (int)left, (int)right)
            : throw new ArgumentException($"pads are {left} and {right}, must be 0 to {Sizes.Max}");
    }

    /// <summary>The windows of each row: [B,C,T] becomes [B,T',K,C].</summary>
    internal Tensor Windows(Tensor x, float outside)
    {
        if (x.Length == 0)
            throw new ArgumentException($"the input is {x.ShapeText}, it must not be empty");
        Tensor padded = x;
        if (Left + Right > 0)
        {
            (int batch, int channels) = (x.Shape[0], x.Shape[1]);
            padded = Tensor.Concat(
                [
                    Tensor.Full([batch, channels, Left], outside, x.Device),
                    x,
                    Tensor.Full([batch, channels, Right], outside, x.Device),
                ],
                2);
        }

        return Time.Windows(padded.Permute(0, 2, 1), outside);
    }

    private static (long Left, long Right) Padding(string auto, TimeWindow time, int steps, long left, long right)
    {
        if (auto == "NOTSET")
            return (left, right);
        if (auto == "VALID")
            return (0, 0);
        long windows = (steps + time.Stride - 1L) / time.Stride;
        long reach = ((time.Kernel - 1L) * time.Dilation) + 1;
        long missing = Math.Max(((windows - 1) * time.Stride) + reach - steps, 0);
        return auto switch
        {
            "SAME_UPPER" => (missing / 2, missing - (missing / 2)),
            "SAME_LOWER" => (missing - (missing / 2), missing / 2),
            _ => throw new ArgumentException($"auto_pad is {OnnxText.Quote(auto)}"),
        };
    }
}
