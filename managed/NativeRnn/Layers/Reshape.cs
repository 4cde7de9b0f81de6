namespace NativeRnn.Layers;

/// <summary>Gives each row of the batch another shape, as in Keras; no copy.</summary>
public sealed class Reshape : Module
{
    private readonly int[] _shape;

    /// <summary>A layer.</summary>
    /// <param name="targetShape">
    /// Of a row, the batch's axis left out; one size may be -1: it follows from the others.
    /// </param>
    public Reshape(params int[] targetShape)
    {
        ArgumentNullException.ThrowIfNull(targetShape);
        if (targetShape.Any(size => size < -1) || targetShape.Count(size => size == -1) > 1)
        {
            throw new ArgumentException(
                $"targetShape is {Sizes.Text(targetShape)}; its sizes must be at least 0, one may " +
                "be -1", nameof(targetShape));
        }

        _shape = [.. targetShape];
    }

    /// <summary>The shape of a row.</summary>
    public IReadOnlyList<int> TargetShape => _shape;

    /// <summary>Gives the rows their shape.</summary>
    /// <param name="input">[B,..].</param>
    /// <returns>[B] and the target shape.</returns>
    /// <exception cref="ArgumentException">A row has another number of elements.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank == 0)
        {
            throw new ArgumentException("input must have at least one axis", nameof(input));
        }

        return input.Reshape([input.Shape[0], .. _shape]);
    }
}
