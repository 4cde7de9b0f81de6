namespace NativeRnn.Layers;

/// <summary>
/// The numbers that weights start with. A matrix of weights is [O,I]: its fan-in is I, its fan-out
/// O; those of a vector are its length. The same seed gives the same numbers on every machine.
/// </summary>
public abstract class Initializer
{
    private protected Initializer()
    {
    }

    /// <summary>0 everywhere.</summary>
    public static Initializer Zeros { get; } = new ConstantInitializer(0);

    /// <summary>1 everywhere.</summary>
    public static Initializer Ones { get; } = new ConstantInitializer(1);

    /// <summary>Uniform in ±sqrt(6 / (fan-in + fan-out)) (Glorot 2010).</summary>
    public static Initializer GlorotUniform { get; } = new UniformInitializer(
        shape => Math.Sqrt(6.0 / ((long)shape.FanIn + shape.FanOut)));

    /// <summary>
    /// Normal, cut at two deviations, of the deviation sqrt(2 / (fan-in + fan-out)) (Glorot 2010).
    /// </summary>
    public static Initializer GlorotNormal { get; } = NormalInitializer.Scaled(
        shape => Math.Sqrt(2.0 / ((long)shape.FanIn + shape.FanOut)));

    /// <summary>Uniform in ±sqrt(6 / fan-in) (He 2015).</summary>
    public static Initializer HeUniform { get; } = new UniformInitializer(
        shape => Math.Sqrt(6.0 / shape.FanIn));

    /// <summary>Normal, cut at two deviations, of the deviation sqrt(2 / fan-in) (He 2015).</summary>
    public static Initializer HeNormal { get; } = NormalInitializer.Scaled(
        shape => Math.Sqrt(2.0 / shape.FanIn));

    /// <summary>Normal, cut at two deviations, of the deviation sqrt(1 / fan-in) (LeCun 1998).
    /// </summary>
    public static Initializer LecunNormal { get; } = NormalInitializer.Scaled(
        shape => Math.Sqrt(1.0 / shape.FanIn));

    /// <summary>
    /// Uniform in ±1/sqrt(n) as in PyTorch: n is the hidden size for all weights of a recurrent
    /// layer, the input's size for weight and bias of a linear one.
    /// </summary>
    public static Initializer PyTorchUniform { get; } = new UniformInitializer(
        shape => 1 / Math.Sqrt(shape.Size));

    /// <summary>One number everywhere.</summary>
    /// <param name="value">A finite number.</param>
    public static Initializer Constant(float value) =>
        new ConstantInitializer(Finite(value, nameof(value)));

    /// <summary>Normal.</summary>
    /// <param name="mean">The mean, finite.</param>
    /// <param name="deviation">The standard deviation, at least 0 and finite.</param>
    public static Initializer RandomNormal(float mean = 0, float deviation = 0.05f) =>
        NormalInitializer.Plain(
            Finite(mean, nameof(mean)), NotNegative(deviation, nameof(deviation)));

    /// <summary>Normal, but numbers beyond two deviations are drawn again.</summary>
    /// <param name="mean">The mean, finite.</param>
    /// <param name="deviation">Of the normal numbers before the cut, at least 0 and finite.</param>
    public static Initializer TruncatedNormal(float mean = 0, float deviation = 0.05f) =>
        NormalInitializer.Truncated(
            Finite(mean, nameof(mean)), NotNegative(deviation, nameof(deviation)));

    /// <summary>Uniform in [low, high).</summary>
    /// <param name="low">The least, finite.</param>
    /// <param name="high">Above the greatest, at least low and finite.</param>
    public static Initializer RandomUniform(float low = -0.05f, float high = 0.05f)
    {
        Finite(low, nameof(low));
        return Finite(high, nameof(high)) >= low
            ? new UniformInitializer(low, high)
            : throw new ArgumentOutOfRangeException(
                nameof(high), high, $"high must be at least low, {low}");
    }

    /// <summary>
    /// A matrix with orthonormal columns, or rows if it has more columns than rows, times a factor
    /// (Saxe 2014). For matrices only.
    /// </summary>
    /// <param name="gain">The factor, finite.</param>
    public static Initializer Orthogonal(float gain = 1) =>
        new OrthogonalInitializer(Finite(gain, nameof(gain)));

    /// <summary>A tensor of such numbers.</summary>
    /// <param name="shape">[n] or [O,I].</param>
    /// <param name="seed">Any number.</param>
    /// <param name="device">Null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ArgumentException">The shape has no axis, more than two, or a size of 0.
    /// </exception>
    public Tensor Create(ReadOnlySpan<int> shape, long seed = 0, Device? device = null)
    {
        if (shape.Length is 0 or > 2 || shape.Contains(0))
        {
            throw new ArgumentException(
                $"the shape is {Sizes.Text(shape)}; it must be [n] or [O,I] without a size of 0",
                nameof(shape));
        }

        WeightShape weight = shape.Length == 1
            ? WeightShape.Vector(shape[0], shape[0])
            : WeightShape.Matrix(shape[0], shape[1], shape[1]);
        float[] values = new float[weight.Length];
        Compute(values, weight, new RandomStream(seed));
        return Tensor.From(values, shape, device);
    }

    /// <summary>Sets the values that weights start with, unless others are to come.</summary>
    internal void Fill(Span<float> values, in WeightShape shape, RandomStream random)
    {
        if (!WeightsToCome.AreExpected)
        {
            Compute(values, shape, random);
        }
    }

    /// <summary>Sets all values.</summary>
    internal abstract void Compute(Span<float> values, in WeightShape shape, RandomStream random);

    private static float Finite(float value, string name) => float.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite");

    private static float NotNegative(float value, string name) => float.IsFinite(value) && value >= 0
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0 and finite");
}
