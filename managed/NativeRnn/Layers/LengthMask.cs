namespace NativeRnn.Layers;

/// <summary>Which steps of a padded batch are valid.</summary>
internal static class LengthMask
{
    /// <summary>1 at the steps before each row's length, 0 at the others: [B,T].</summary>
    /// <param name="lengths">int32 [B], each <paramref name="least"/> to T.</param>
    /// <param name="batch">B.</param>
    /// <param name="steps">T.</param>
    /// <param name="least">The smallest length that is allowed.</param>
    internal static Tensor Of(Tensor lengths, int batch, int steps, int least = 0)
    {
        Sizes.RequireIndices(lengths, nameof(lengths));
        Sizes.RequireShape(lengths, [batch], nameof(lengths));
        int mark = OperationTrace.Mark(lengths.Device);
        int[] counts = lengths.ToInt32Array();
        float[] values = new float[checked(batch * steps)];
        for (int row = 0; row < batch; row++)
        {
            if (counts[row] < least || counts[row] > steps)
            {
                throw new ArgumentException(
                    $"lengths[{row}] is {counts[row]}, must be {least} to {steps}",
                    nameof(lengths));
            }

            values.AsSpan(row * steps, counts[row]).Fill(1);
        }

        Tensor mask = Tensor.From(values, [batch, steps], lengths.Device);
        mask.Device.Trace?.Fuse(mark, TracedKind.LengthMask, null, [mask], [lengths]);
        return mask;
    }
}
