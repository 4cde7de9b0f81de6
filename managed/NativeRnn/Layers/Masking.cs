namespace NativeRnn.Layers;

/// <summary>
/// Marks steps whose numbers all equal one value as not counting, as Keras' Masking: layers that
/// follow in a <c>Sequential</c> leave them out, losses and metrics don't count them.
/// </summary>
public sealed class Masking : Module
{
    /// <summary>A layer.</summary>
    /// <param name="maskValue">What stands at steps that don't count.</param>
    public Masking(float maskValue = 0) => MaskValue = maskValue;

    /// <summary>What stands at steps that don't count.</summary>
    public float MaskValue { get; }

    /// <summary>Gives the input, with zeros at steps that don't count, as Keras does.</summary>
    /// <param name="input">[B,T,..].</param>
    public override Tensor Forward(Tensor input)
    {
        RequireSequences(input);
        return input.Length == 0 ? input : Zeroed(input, MaskOf(input));
    }

    /// <inheritdoc/>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask)
    {
        SequenceMask own = MaskOf(input);
        return new MaskedTensor(Zeroed(input, own), mask is null ? own : mask.And(own));
    }

    /// <summary>Which steps of a batch count.</summary>
    /// <param name="input">[B,T,..], not empty.</param>
    public SequenceMask MaskOf(Tensor input)
    {
        RequireSequences(input);
        int mark = OperationTrace.Mark(input.Device);
        float[] values = input.ToArray();
        (int batch, int steps) = (input.Shape[0], input.Shape[1]);
        int width = values.Length / Math.Max(1, batch * steps);
        bool[] valid = new bool[batch * steps];
        for (int place = 0; place < valid.Length; place++)
        {
            valid[place] =
                values.AsSpan(place * width, width).ContainsAnyExcept(MaskValue);
        }

        return StepMask.Of(input, mark, MaskValue, batch, steps, valid);
    }

    private static void RequireSequences(Tensor input)
    {
        Sizes.RequireFloats(input, nameof(input));
        if (input.Rank < 3)
        {
            throw new ArgumentException(
                $"input must be [B,T,..], it is {Sizes.Text(input.Shape)}", nameof(input));
        }
    }

    // A product would keep a mask value that is not a number.
    private static Tensor Zeroed(Tensor input, SequenceMask mask)
    {
        if (mask.IsFull)
        {
            return input;
        }

        int[] shape = [mask.Batch, mask.Steps, .. Enumerable.Repeat(1, input.Rank - 2)];
        return Tensor.Where(
            mask.ValuesOn(input.Device).Reshape(shape), input, Tensor.Zeros([1], input.Device));
    }
}
