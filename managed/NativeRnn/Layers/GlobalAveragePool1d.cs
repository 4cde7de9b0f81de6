using System.Diagnostics.CodeAnalysis;

namespace NativeRnn.Layers;

/// <summary>The mean of each channel over time.</summary>
public sealed class GlobalAveragePool1d : Module
{
    /// <summary>Takes the mean over all steps.</summary>
    /// <param name="input">[B,T,C].</param>
    /// <returns>[B,C].</returns>
    public override Tensor Forward(Tensor input) => Forward(input, null);

    /// <inheritdoc/>
    /// <remarks>Steps that don't count are left out; a row without any that does gives zeros.</remarks>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask) => new(
        mask is { IsFull: false } ? Over(input, mask) : Forward(input), null);

    /// <summary>Takes the mean over the valid steps.</summary>
    /// <param name="input">[B,T,C].</param>
    /// <param name="lengths">
    /// int32 [B]: the valid steps of each row, 0 to T; a row without any gives zeros. Null: all.
    /// </param>
    /// <returns>[B,C].</returns>
    [SuppressMessage("Performance", "CA1822", Justification = "A layer is called as an object.")]
    public Tensor Forward(Tensor input, Tensor? lengths)
    {
        PoolingLayer.RequireSequence(input);
        if (lengths is null)
        {
            return input.Mean(axis: 1);
        }

        (int batch, int steps) = (input.Shape[0], input.Shape[1]);
        Tensor valid = LengthMask.Of(lengths, batch, steps);
        int mark = OperationTrace.Mark(input.Device);
        int[] counts = lengths.ToInt32Array();
        input.Device.Trace?.Forget(mark);
        return Over(input, valid, counts);
    }

    private static Tensor Over(Tensor input, SequenceMask mask)
    {
        PoolingLayer.RequireSequence(input, mask);
        return Over(input, mask.ValuesOn(input.Device), mask.Lengths);
    }

    private static Tensor Over(Tensor input, Tensor valid, IReadOnlyList<int> counts)
    {
        (int batch, int steps, int channels) = (input.Shape[0], input.Shape[1], input.Shape[2]);
        int mark = OperationTrace.Mark(input.Device);
        Tensor kept = Tensor.Where(
            valid.Reshape(batch, steps, 1), input, Tensor.Full([], 0, input.Device));
        float[] scales = [.. counts.Select(count => count == 0 ? 0f : 1f / count)];
        Tensor means = kept.Sum(axis: 1) * Tensor.From(scales, [batch, 1], input.Device)
            .BroadcastTo(batch, channels);
        input.Device.Trace?.Fuse(mark, TracedKind.MaskedMean, null, [means], [input, valid]);
        return means;
    }
}
