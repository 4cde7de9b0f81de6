namespace NativeRnn.Layers;

/// <summary>Both penalties: l1 * sum of |w| + l2 * sum of w^2 (the elastic net of Zou 2005).</summary>
public sealed class L1L2 : Regularizer
{
    /// <summary>The penalty.</summary>
    /// <param name="l1">Of the sum of |w|, at least 0.</param>
    /// <param name="l2">Of the sum of w^2, at least 0.</param>
    public L1L2(float l1, float l2)
        : base(Require(l1, nameof(l1)), Require(l2, nameof(l2))) => (L1, L2) = (l1, l2);

    /// <summary>Of the sum of |w|.</summary>
    public float L1 { get; }

    /// <summary>Of the sum of w^2.</summary>
    public float L2 { get; }
}
