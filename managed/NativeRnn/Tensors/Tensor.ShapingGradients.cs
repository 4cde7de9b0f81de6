using NativeRnn.Interop;

namespace NativeRnn;

// How reshaping, permuting, broadcasting and joining go backward.
public sealed partial class Tensor
{
    private static Tensor RecordReshape(GradientTape tape, Tensor x, Tensor y)
    {
        tape.Record(
            y,
            new Operands(x),
            static (GradientTape tape, in RecordedOperation operation, Tensor dy) =>
                tape.Accumulate(operation.Operands.A!, dy));
        return y;
    }

    private static Tensor RecordBroadcast(GradientTape tape, Tensor x, Tensor y)
    {
        tape.Record(y, dy => tape.AccumulateBroadcast(x, dy));
        return y;
    }

    /// <param name="tape">Where to record.</param>
    /// <param name="x">The input.</param>
    /// <param name="strides">Of x, in the order of y's axes.</param>
    /// <param name="y">The output.</param>
    private static Tensor RecordPermute(GradientTape tape, Tensor x, Strides strides, Tensor y)
    {
        tape.Record(y, dy =>
        {
            Tensor dx = tape.GradientTarget(x, out bool accumulate);
            Ops.CopyStrided(new CopyCall
            {
                Sizes = dy.Sizes,
                Accumulate = accumulate,
                Source = dy,
                SourceStrides = dy.Sizes.DenseStrides(),
                Destination = dx,
                DestinationStrides = strides,
            });
        });
        return y;
    }

    private static Tensor RecordConcat(IReadOnlyList<Tensor> tensors, int axis, Tensor y)
    {
        Tensor[] parts = [.. tensors];
        if (GradientTape.For(parts) is not { } tape)
            return y;
        tape.Record(y, dy =>
        {
            int start = 0;
            foreach (Tensor part in parts)
            {
                if (tape.NeedsGradient(part))
                    TakePart(dy, axis, start, tape.GradientTarget(part, out bool accumulate), accumulate);
                start += part.Shape[axis];
            }
        });
        return y;
    }

    /// <summary>Copies or adds a part of a tensor, along one axis, to all of another.</summary>
    internal static void TakePart(Tensor whole, int axis, int start, Tensor part, bool accumulate)
    {
        Strides strides = whole.Sizes.DenseStrides();
        Ops.CopyStrided(new CopyCall
        {
            Sizes = part.Sizes,
            Accumulate = accumulate,
            Source = whole,
            SourceOffset = part.Length == 0 ? 0 : start * strides[axis],
            SourceStrides = strides,
            Destination = part,
            DestinationStrides = part.Sizes.DenseStrides(),
        });
    }
}
