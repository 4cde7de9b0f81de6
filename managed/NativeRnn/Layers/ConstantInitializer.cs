namespace NativeRnn.Layers;

/// <summary>One number everywhere.</summary>
internal sealed class ConstantInitializer(float value) : Initializer
{
    internal override void Compute(Span<float> values, in WeightShape shape, RandomStream random) =>
        values.Fill(value);
}
