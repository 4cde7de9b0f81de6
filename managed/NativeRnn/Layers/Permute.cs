namespace NativeRnn.Layers;

/// <summary>Puts the axes of each row of the batch into another order, as in Keras.</summary>
public sealed class Permute : Module
{
    private readonly int[] _axes;

    /// <summary>A layer.</summary>
    /// <param name="axes">
    /// Each axis of a row once, counted from 1; <c>new Permute(2, 1)</c> exchanges time and features.
    /// </param>
    public Permute(params int[] axes)
    {
        ArgumentNullException.ThrowIfNull(axes);
        if (!axes.Order().SequenceEqual(Enumerable.Range(1, axes.Length)))
        {
            throw new ArgumentException(
                $"axes are {Sizes.Text(axes)}; they must be 1 to {axes.Length}, each once",
                nameof(axes));
        }

        _axes = [0, .. axes];
    }

    /// <summary>Each axis of a row, counted from 1.</summary>
    internal ReadOnlySpan<int> Axes => _axes.AsSpan(1);

    /// <summary>Exchanges the axes.</summary>
    /// <param name="input">[B,..], one axis more than the layer was given.</param>
    /// <returns>[B,..] in the new order.</returns>
    public override Tensor Forward(Tensor input)
    {
        Sizes.RequireFloats(input, nameof(input));
        return input.Rank == _axes.Length
            ? input.Permute(_axes)
            : throw new ArgumentException(
                $"input is {Sizes.Text(input.Shape)}; it must have {_axes.Length} axes",
                nameof(input));
    }

    /// <inheritdoc/>
    /// <remarks>The mask goes on only if time stays the first axis of a row.</remarks>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask) =>
        new(Forward(input), _axes.Length > 1 && _axes[1] == 1 ? mask : null);
}
