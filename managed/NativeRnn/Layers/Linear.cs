namespace NativeRnn.Layers;

/// <summary>
/// A fully connected layer as in PyTorch: y = x weight^T + bias. Weight and bias start uniform in
/// ±1/sqrt(I).
/// </summary>
public sealed class Linear : AffineLayer
{
    private readonly long _seed;
    private readonly Initializer _kernel;
    private readonly Initializer _biases;

    /// <summary>A layer.</summary>
    /// <param name="inputSize">Numbers that come in, I, 1 to 65536.</param>
    /// <param name="outputSize">Numbers that go out, O, 1 to 65536.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    /// <param name="kernelInitializer">Of the weights; null: PyTorch's.</param>
    /// <param name="biasInitializer">Of the bias; null: PyTorch's.</param>
    public Linear(
        int inputSize,
        int outputSize,
        bool bias = true,
        long? seed = null,
        Device? device = null,
        Initializer? kernelInitializer = null,
        Initializer? biasInitializer = null)
        : base(Sizes.Require(outputSize, nameof(outputSize)), bias)
    {
        Sizes.Require(inputSize, nameof(inputSize));
        _seed = seed ?? RandomSeed.Next();
        _kernel = kernelInitializer ?? Initializer.PyTorchUniform;
        _biases = biasInitializer ?? Initializer.PyTorchUniform;
        Build(inputSize, device ?? Device.Default);
    }

    private protected override void Initialize(Span<float> weight, Span<float> bias) =>
        Fill(weight, bias, _kernel, _biases, _seed);
}
