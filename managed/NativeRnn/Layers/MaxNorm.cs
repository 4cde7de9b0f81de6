using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// Scales the weights into each unit to the 2-norm <see cref="Max"/> where theirs is above it
/// (Srivastava 2014).
/// </summary>
/// <remarks>
/// Weights are [units, inputs, ..] here, so that the norm is over all axes but the first; in Keras,
/// whose kernels are [inputs, units], that is axis 0, its default. A vector is one run.
/// </remarks>
public sealed class MaxNorm : Constraint
{
    /// <summary>The constraint.</summary>
    /// <param name="max">The largest norm, above 0.</param>
    /// <param name="axis">
    /// The axis that the norm is taken along, negative from the end; null: all but the first.
    /// </param>
    public MaxNorm(float max = 2, int? axis = null)
    {
        if (!(max > 0) || float.IsInfinity(max))
        {
            throw new ArgumentOutOfRangeException(nameof(max), max, "max must be above 0 and finite");
        }

        (Max, Axis) = (max, axis);
    }

    /// <summary>The largest norm.</summary>
    public float Max { get; }

    /// <summary>The axis that the norm is taken along; null: all but the first.</summary>
    public int? Axis { get; }

    /// <inheritdoc/>
    public override void Apply(Tensor weights)
    {
        Sizes.RequireFloats(weights, nameof(weights));
        Ops.MaxNorm(RunsOf(weights), Max, weights);
    }

    private Axis RunsOf(Tensor weights)
    {
        ReadOnlySpan<int> shape = weights.Shape;
        if (Axis is not int chosen)
        {
            long units = shape.Length > 1 ? shape[0] : 1;
            return new Axis { Outer = units, Length = units == 0 ? 0 : weights.Length / units, Inner = 1 };
        }

        int axis = chosen < 0 ? chosen + shape.Length : chosen;
        if (axis < 0 || axis >= shape.Length)
        {
            throw new ArgumentException(
                $"axis {chosen} of MaxNorm is not one of the weights {Sizes.Text(shape)}", nameof(weights));
        }

        return new Axis
        {
            Outer = Product(shape[..axis]), Length = shape[axis], Inner = Product(shape[(axis + 1)..]),
        };
    }

    private static long Product(ReadOnlySpan<int> sizes)
    {
        long product = 1;
        foreach (int size in sizes)
        {
            product *= size;
        }

        return product;
    }
}
