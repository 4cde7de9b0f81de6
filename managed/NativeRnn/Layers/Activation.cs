namespace NativeRnn.Layers;

/// <summary>Functions that a layer applies to its output.</summary>
public enum Activation
{
    /// <summary>None: the output as it is.</summary>
    None = 0,

    /// <summary>max(x, 0).</summary>
    Relu = 1,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh = 2,

    /// <summary>1 / (1 + exp(-x)).</summary>
    Sigmoid = 3,

    /// <summary>exp(x) over its sum along the last axis.</summary>
    Softmax = 4,

    /// <summary>log(1 + exp(x)).</summary>
    Softplus = 5,

    /// <summary>x times the distribution function of the normal distribution.</summary>
    Gelu = 6,
}
