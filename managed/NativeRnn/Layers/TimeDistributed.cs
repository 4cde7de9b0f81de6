namespace NativeRnn.Layers;

/// <summary>
/// Runs a module on each step of sequences by itself: [B,T,..] is given to it as [B T,..]. Steps
/// that don't count are left out, and their outputs are 0.
/// </summary>
public sealed class TimeDistributed : Module
{
    /// <summary>A layer.</summary>
    /// <param name="module">What each step goes through; rows must be independent in it.</param>
    public TimeDistributed(Module module) => Module = Register("module", module);

    /// <summary>What each step goes through.</summary>
    public Module Module { get; }

    /// <summary>Runs all steps.</summary>
    /// <param name="input">[B,T,..], at least three axes, not empty.</param>
    /// <returns>[B,T,..].</returns>
    public override Tensor Forward(Tensor input)
    {
        (int batch, int steps) = BatchAndSteps(input);
        Tensor output = Run(input.Reshape([batch * steps, .. input.Shape[2..]]));
        return output.Reshape([batch, steps, .. output.Shape[1..]]);
    }

    /// <inheritdoc/>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask)
    {
        if (mask is null || mask.IsFull)
        {
            return new MaskedTensor(Forward(input), mask);
        }

        if (mask.IsTraced)
        {
            Tensor all = Forward(input);
            int[] shape = [mask.Batch, mask.Steps, .. Enumerable.Repeat(1, all.Rank - 2)];
            Tensor counts = mask.ValuesOn(input.Device).Reshape(shape);
            return new MaskedTensor(Tensor.Where(counts, all, Tensor.Zeros([1], input.Device)), mask);
        }

        BatchAndSteps(input);
        int[] places = mask.Fits(input) ? mask.Places() : throw new ArgumentException(
            $"mask is [{mask.Batch}, {mask.Steps}], input {Sizes.Text(input.Shape)}", nameof(mask));
        if (places.Length == 0)
        {
            throw new ArgumentException("no step counts: there is nothing to run", nameof(mask));
        }

        Tensor output = Run(Rows.Gather(input, 2, places, [places.Length]));
        return new MaskedTensor(Rows.Scatter(output, places, [mask.Batch, mask.Steps]), mask);
    }

    private static (int Batch, int Steps) BatchAndSteps(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank >= 3 && input.Length > 0
            ? (input.Shape[0], input.Shape[1])
            : throw new ArgumentException(
                $"input must be [B,T,..] and not empty, it is {Sizes.Text(input.Shape)}",
                nameof(input));
    }

    private Tensor Run(Tensor rows)
    {
        Tensor output = Module.Forward(rows);
        return output.Rank > 0 && output.Shape[0] == rows.Shape[0]
            ? output
            : throw new InvalidOperationException(
                $"{Module.GetType().Name} gives {Sizes.Text(output.Shape)} for " +
                $"{rows.Shape[0]} steps; its first axis must be the steps");
    }
}
