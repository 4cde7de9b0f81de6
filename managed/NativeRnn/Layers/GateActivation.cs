using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// A function that a recurrent cell applies to the pre-activation a of a gate, of its candidate or
/// of its cell state: <c>RecurrentActivation = GateActivation.HardSigmoid()</c>.
/// </summary>
public sealed record GateActivation
{
    private GateActivation(NrnnActivation kind, float alpha = 0, float beta = 0)
    {
        Kind = kind;
        Alpha = alpha;
        Beta = beta;
    }

    /// <summary>1 / (1 + exp(-a)).</summary>
    public static GateActivation Sigmoid { get; } = new(NrnnActivation.Sigmoid);

    /// <summary>The hyperbolic tangent.</summary>
    public static GateActivation Tanh { get; } = new(NrnnActivation.Tanh);

    /// <summary>max(a, 0).</summary>
    public static GateActivation Relu { get; } = new(NrnnActivation.Relu);

    /// <summary>a / (1 + |a|).</summary>
    public static GateActivation Softsign { get; } = new(NrnnActivation.Softsign);

    /// <summary>The slope; 0 for a function that has none.</summary>
    public float Alpha { get; }

    /// <summary>The shift; 0 for a function that has none.</summary>
    public float Beta { get; }

    internal NrnnActivation Kind { get; }

    /// <summary>
    /// max(0, min(1, alpha a + beta)). The defaults are those of Keras 2 and ONNX; Keras 3 and
    /// PyTorch have alpha = 1/6.
    /// </summary>
    /// <param name="alpha">The slope, finite.</param>
    /// <param name="beta">The value at 0, finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite.</exception>
    public static GateActivation HardSigmoid(float alpha = 0.2f, float beta = 0.5f) =>
        new(NrnnActivation.HardSigmoid, Finite(alpha, nameof(alpha)), Finite(beta, nameof(beta)));

    /// <summary>alpha a + beta; the defaults change nothing: Keras' <c>linear</c>.</summary>
    /// <param name="alpha">The slope, finite.</param>
    /// <param name="beta">The value at 0, finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite.</exception>
    public static GateActivation Affine(float alpha = 1, float beta = 0) =>
        new(NrnnActivation.Affine, Finite(alpha, nameof(alpha)), Finite(beta, nameof(beta)));

    /// <summary>a for a above 0, else alpha (exp(a) - 1) (Clevert 2016).</summary>
    /// <param name="alpha">Minus the limit at -infinity, at least 0 and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="alpha"/> is below 0 or not finite.
    /// </exception>
    public static GateActivation Elu(float alpha = 1) => Finite(alpha, nameof(alpha)) >= 0
        ? new GateActivation(NrnnActivation.Elu, alpha)
        : throw new ArgumentOutOfRangeException(
            nameof(alpha), alpha, "alpha must be at least 0");

    private static float Finite(float value, string name) => float.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite");
}
