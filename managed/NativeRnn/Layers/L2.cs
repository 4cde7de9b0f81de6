namespace NativeRnn.Layers;

/// <summary>
/// The penalty factor * sum of w^2, as in Keras: its gradient is 2 factor w, so that it is the weight
/// decay of 2 factor in PyTorch's optimisers.
/// </summary>
public sealed class L2 : Regularizer
{
    /// <summary>The penalty.</summary>
    /// <param name="factor">At least 0.</param>
    public L2(float factor = 0.01f)
        : base(0, Require(factor, nameof(factor))) => Factor = factor;

    /// <summary>Of the sum.</summary>
    public float Factor { get; }
}
