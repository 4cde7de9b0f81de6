namespace NativeRnn.Layers;

/// <summary>Uniform in [low, high).</summary>
internal sealed class UniformInitializer : Initializer
{
    private readonly Func<WeightShape, (double Low, double High)> _range;

    internal UniformInitializer(float low, float high) => _range = _ => (low, high);

    /// <param name="bound">Gives the bound of ±bound.</param>
    internal UniformInitializer(Func<WeightShape, double> bound) => _range = shape =>
    {
        double most = bound(shape);
        return (-most, most);
    };

    internal override void Compute(Span<float> values, in WeightShape shape, RandomStream random)
    {
        (double low, double high) = _range(shape);
        foreach (ref float value in values)
        {
            value = random.NextUniform(low, high);
        }
    }
}
