namespace NativeRnn.Layers;

/// <summary>Masks that layers find in numbers.</summary>
internal static class StepMask
{
    /// <summary>A mask of the steps whose numbers are not all one value.</summary>
    /// <param name="input">[B,T,..].</param>
    /// <param name="mark">Of the trace, before the numbers were read.</param>
    /// <param name="value">What stands at steps that don't count.</param>
    /// <param name="batch">B.</param>
    /// <param name="steps">T.</param>
    /// <param name="valid">What the host has found.</param>
    internal static SequenceMask Of(
        Tensor input, int mark, float value, int batch, int steps, bool[] valid)
    {
        if (input.Device.Trace is not { } trace)
        {
            return SequenceMask.Where(batch, steps, valid);
        }

        Tensor values = Tensor.From([.. valid.Select(counts => counts ? 1f : 0)], [batch, steps], input.Device);
        trace.Fuse(mark, TracedKind.StepMask, value, [values], [input]);
        return SequenceMask.Where(batch, steps, valid, values);
    }
}
