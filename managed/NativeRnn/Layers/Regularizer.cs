namespace NativeRnn.Layers;

/// <summary>
/// A penalty on weights that is added to the loss, as in Keras: <see cref="L1"/>, <see cref="L2"/>,
/// <see cref="L1L2"/>. An optimiser's step adds its gradient before all else.
/// </summary>
public abstract class Regularizer
{
    private protected Regularizer(float absolute, float square) =>
        (Absolute, Square) = (absolute, square);

    /// <summary>The factor of the sum of |w|.</summary>
    internal float Absolute { get; }

    /// <summary>The factor of the sum of w^2.</summary>
    internal float Square { get; }

    private protected static float Require(float factor, string name) =>
        factor >= 0 && float.IsFinite(factor)
            ? factor
            : throw new ArgumentOutOfRangeException(
                name, factor, $"{name} must be at least 0 and finite");
}
