namespace NativeRnn.Layers;

/// <summary>The penalty factor * sum of |w|: draws weights to exactly zero (Tibshirani 1996).</summary>
public sealed class L1 : Regularizer
{
    /// <summary>The penalty.</summary>
    /// <param name="factor">At least 0.</param>
    public L1(float factor = 0.01f)
        : base(Require(factor, nameof(factor)), 0) => Factor = factor;

    /// <summary>Of the sum.</summary>
    public float Factor { get; }
}
