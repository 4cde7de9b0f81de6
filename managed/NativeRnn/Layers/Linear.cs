namespace NativeRnn.Layers;

/// <summary>
/// A fully connected layer as in PyTorch: y = x weight^T + bias. Weight and bias start uniform in
/// ±1/sqrt(I).
/// </summary>
public sealed class Linear : AffineLayer
{
    private readonly long _seed;

    /// <summary>A layer.</summary>
    /// <param name="inputSize">Numbers that come in, I, 1 to 65536.</param>
    /// <param name="outputSize">Numbers that go out, O, 1 to 65536.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    public Linear(
        int inputSize,
        int outputSize,
        bool bias = true,
        long? seed = null,
        Device? device = null)
        : base(Sizes.Require(outputSize, nameof(outputSize)), bias)
    {
        Sizes.Require(inputSize, nameof(inputSize));
        _seed = seed ?? RandomSeed.Next();
        Build(inputSize, device ?? Device.Default);
    }

    private protected override void Initialize(Span<float> weight, Span<float> bias)
    {
        RandomStream random = new(_seed);
        double bound = 1 / Math.Sqrt(InputSize);
        Initializers.Uniform(weight, bound, random);
        Initializers.Uniform(bias, bound, random);
    }
}
