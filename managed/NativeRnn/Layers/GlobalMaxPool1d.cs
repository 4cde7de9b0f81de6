using System.Diagnostics.CodeAnalysis;

namespace NativeRnn.Layers;

/// <summary>The greatest number of each channel over time; equal ones share the gradient.</summary>
public sealed class GlobalMaxPool1d : Module
{
    /// <summary>Takes the greatest number over all steps.</summary>
    /// <param name="input">[B,T,C].</param>
    /// <returns>[B,C].</returns>
    public override Tensor Forward(Tensor input) => Forward(input, null);

    /// <inheritdoc/>
    /// <remarks>Steps that don't count are left out; each row needs one that does.</remarks>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask) => new(
        mask is { IsFull: false } ? Over(input, mask) : Forward(input), null);

    /// <summary>Takes the greatest number over the valid steps.</summary>
    /// <param name="input">[B,T,C].</param>
    /// <param name="lengths">int32 [B]: the valid steps of each row, 1 to T; null: all.</param>
    /// <returns>[B,C].</returns>
    [SuppressMessage("Performance", "CA1822", Justification = "A layer is called as an object.")]
    public Tensor Forward(Tensor input, Tensor? lengths)
    {
        PoolingLayer.RequireSequence(input);
        if (lengths is null)
        {
            return input.Max(axis: 1);
        }

        (int batch, int steps) = (input.Shape[0], input.Shape[1]);
        return Over(input, LengthMask.Of(lengths, batch, steps, least: 1));
    }

    private static Tensor Over(Tensor input, SequenceMask mask)
    {
        PoolingLayer.RequireSequence(input, mask);
        return mask.Lengths.All(count => count > 0)
            ? Over(input, mask.ValuesOn(input.Device))
            : throw new ArgumentException("a row has no step that counts", nameof(mask));
    }

    private static Tensor Over(Tensor input, Tensor valid)
    {
        Tensor none = Tensor.Full([], float.NegativeInfinity, input.Device);
        return Tensor.Where(valid.Reshape(input.Shape[0], input.Shape[1], 1), input, none).Max(axis: 1);
    }
}
