using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// The windows that convolution and pooling move over a sequence: window t holds the steps
/// t stride - left + k dilation, k below the kernel's size.
/// </summary>
internal readonly record struct TimeWindow(int Kernel, int Stride, int Dilation, TimePadding Padding)
{
    // Steps from a window's first to its last.
    private int Reach => checked((Kernel - 1) * Dilation);

    internal TimeWindow Checked()
    {
        Sizes.Require(Kernel, "kernelSize");
        Sizes.Require(Stride, "stride");
        Sizes.Require(Dilation, "dilation");
        return Padding is >= TimePadding.Valid and <= TimePadding.Causal
            ? this
            : throw new ArgumentOutOfRangeException(
                "padding", Padding, "padding must be Valid, Same or Causal");
    }

    /// <summary>How many windows a sequence has, and how many steps stand before it.</summary>
    /// <exception cref="ArgumentException">No window fits.</exception>
    internal (int Count, int Left) Over(int steps)
    {
        if (Padding == TimePadding.Valid && steps <= Reach)
        {
            throw new ArgumentException(
                $"input has {steps} steps; a window of {Kernel} with dilation {Dilation} needs " +
                $"{Reach + 1}", nameof(steps));
        }

        int count = ((Padding == TimePadding.Valid ? steps - Reach : steps) + Stride - 1) / Stride;
        int missing = Math.Max(((count - 1) * Stride) + Reach + 1 - steps, 0);
        return Padding switch
        {
            TimePadding.Same => (count, missing / 2),
            TimePadding.Causal => (count, Reach),
            _ => (count, 0),
        };
    }

    /// <summary>
    /// The windows of each row, copied side by side: [B,T,C] becomes [B,T',K,C]. A convolution is
    /// then one product of all B T' windows with the weights, which fills the tile of the matrix
    /// product; it costs K copies of the input. A sum of K shifted products would copy each shift as
    /// well, since a step's rows of the batch don't lie together, and read and write its sums K
    /// times.
    /// </summary>
    /// <param name="x">[B,T,C].</param>
    /// <param name="outside">What stands before and behind the sequence.</param>
    internal Tensor Windows(Tensor x, float outside = 0)
    {
        (int count, int left) = Over(x.Shape[1]);
        (int batch, int steps, int channels) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        if (Kernel == 1 && Stride == 1)
        {
            return x.Reshape(batch, steps, 1, channels);
        }

        Tensor windows = Tensor.Empty([batch, count, Kernel, channels], x.Device);
        if (left > 0 || ((count - 1) * Stride) + Reach >= steps)
        {
            windows.Fill(outside);
        }

        for (int tap = 0; tap < Kernel; tap++)
        {
            Copy(x, windows, tap, gradient: false);
        }

        if (GradientTape.For(x) is { } tape)
        {
            Record(tape, x, windows);
        }

        return windows;
    }

    /// <summary>How many of the steps of each window lie in the sequence: [1,T',1].</summary>
    internal Tensor Counts(int steps, Device device)
    {
        (int count, _) = Over(steps);
        float[] counts = new float[count];
        for (int tap = 0; tap < Kernel; tap++)
        {
            (int first, int end) = Inside(tap, steps);
            for (int window = first; window < end; window++)
            {
                counts[window]++;
            }
        }

        return Tensor.From(counts, [1, count, 1], device);
    }

    private void Record(GradientTape tape, Tensor x, Tensor windows)
    {
        TimeWindow window = this;
        tape.Record(windows, dy =>
        {
            Tensor dx = tape.GradientTarget(x);
            for (int tap = 0; tap < window.Kernel; tap++)
            {
                window.Copy(dx, dy, tap, gradient: true);
            }
        });
    }

    // The windows whose step of this tap lies in the sequence: first to end - 1.
    private (int First, int End) Inside(int tap, int steps)
    {
        (int count, int left) = Over(steps);
        int shift = (tap * Dilation) - left;
        int first = shift >= 0 ? 0 : (-shift + Stride - 1) / Stride;
        int end = steps <= shift ? 0 : ((steps - shift - 1) / Stride) + 1;
        return (first, Math.Max(Math.Min(end, count), first));
    }

    // One tap of all windows: x to windows, or as a gradient windows added to x.
    private void Copy(Tensor x, Tensor windows, int tap, bool gradient)
    {
        (int steps, int channels, int count) = (x.Shape[1], x.Shape[2], windows.Shape[1]);
        (_, int left) = Over(steps);
        (int first, int end) = Inside(tap, steps);
        if (first >= end)
        {
            return;
        }

        Strides sparse = new(), wide = new();
        (sparse[0], sparse[1], sparse[2]) = ((long)steps * channels, (long)Stride * channels, 1);
        long row = (long)Kernel * channels;
        (wide[0], wide[1], wide[2]) = (count * row, row, 1);
        long offset = (((long)first * Stride) + ((long)tap * Dilation) - left) * channels;
        long place = (first * row) + ((long)tap * channels);
        Ops.CopyStrided(new CopyCall
        {
            Sizes = new TensorShape([x.Shape[0], end - first, channels]),
            Accumulate = gradient,
            Source = gradient ? windows : x,
            SourceOffset = gradient ? place : offset,
            SourceStrides = gradient ? wide : sparse,
            Destination = gradient ? x : windows,
            DestinationOffset = gradient ? offset : place,
            DestinationStrides = gradient ? sparse : wide,
        });
    }
}
