namespace NativeRnn.Layers;

/// <summary>
/// A fully connected layer as in Keras: y = f(x weight^T + bias). The input's size is found in the
/// first Forward; the weights start after Glorot, the bias 0.
/// </summary>
public sealed class Dense : AffineLayer
{
    private readonly long _seed;
    private readonly Initializer _kernel;
    private readonly Initializer _biases;

    /// <summary>A layer.</summary>
    /// <param name="units">Numbers that go out, O, 1 to 65536.</param>
    /// <param name="activation">Applied to the output.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <param name="kernelInitializer">Of the weights; null: Glorot's uniform.</param>
    /// <param name="biasInitializer">Of the bias; null: zeros.</param>
    public Dense(
        int units,
        Activation activation = Activation.None,
        bool bias = true,
        long? seed = null,
        Initializer? kernelInitializer = null,
        Initializer? biasInitializer = null)
        : base(Sizes.Require(units, nameof(units)), bias)
    {
        Activation = ActivationLayer.Checked(activation);
        _seed = seed ?? RandomSeed.Next();
        _kernel = kernelInitializer ?? Initializer.GlorotUniform;
        _biases = biasInitializer ?? Initializer.Zeros;
    }

    /// <summary>Applied to the output.</summary>
    public Activation Activation { get; }

    /// <summary>Computes f(x weight^T + bias).</summary>
    /// <param name="input">[..,I], at least one axis.</param>
    /// <returns>[..,O].</returns>
    public override Tensor Forward(Tensor input) =>
        ActivationLayer.Apply(Activation, base.Forward(input));

    private protected override void Initialize(Span<float> weight, Span<float> bias) =>
        Fill(weight, bias, _kernel, _biases, _seed);
}
