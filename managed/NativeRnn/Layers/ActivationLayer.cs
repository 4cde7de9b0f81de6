namespace NativeRnn.Layers;

/// <summary>Applies an activation to each number; softmax runs along the last axis.</summary>
public sealed class ActivationLayer : Module
{
    /// <summary>A layer of an activation.</summary>
    /// <param name="activation">Which.</param>
    public ActivationLayer(Activation activation) => Activation = Checked(activation);

    /// <summary>Which activation.</summary>
    public Activation Activation { get; }

    /// <summary>Applies the activation.</summary>
    /// <param name="input">Any shape; softmax needs at least one axis.</param>
    /// <returns>The same shape.</returns>
    public override Tensor Forward(Tensor input)
    {
        Sizes.RequireFloats(input, nameof(input));
        return Apply(Activation, input);
    }

    internal static Activation Checked(Activation activation) =>
        activation is >= Activation.None and <= Activation.Gelu
            ? activation
            : throw new ArgumentOutOfRangeException(
                nameof(activation), activation, "activation is not one of the enum's");

    internal static Tensor Apply(Activation activation, Tensor x) => activation switch
    {
        Activation.Relu => x.Relu(),
        Activation.Tanh => x.Tanh(),
        Activation.Sigmoid => x.Sigmoid(),
        Activation.Softmax => x.Softmax(),
        Activation.Softplus => x.Softplus(),
        Activation.Gelu => x.Gelu(),
        _ => x,
    };
}
