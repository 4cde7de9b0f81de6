namespace NativeRnn.Layers;

/// <summary>Normal numbers, all of them or only those within two deviations.</summary>
internal sealed class NormalInitializer : Initializer
{
    private const double Cut = 2;

    // The deviation of what is left of normal numbers of deviation 1 within ±2.
    private const double DeviationAfterCut = 0.87962566103423978;

    private readonly double _mean;
    private readonly Func<WeightShape, double> _deviation;
    private readonly bool _truncated;

    private NormalInitializer(double mean, Func<WeightShape, double> deviation, bool truncated) =>
        (_mean, _deviation, _truncated) = (mean, deviation, truncated);

    internal static NormalInitializer Plain(double mean, double deviation) =>
        new(mean, _ => deviation, truncated: false);

    internal static NormalInitializer Truncated(double mean, double deviation) =>
        new(mean, _ => deviation, truncated: true);

    /// <summary>Cut, and of this deviation after the cut.</summary>
    internal static NormalInitializer Scaled(Func<WeightShape, double> deviation) =>
        new(0, shape => deviation(shape) / DeviationAfterCut, truncated: true);

    internal override void Compute(Span<float> values, in WeightShape shape, RandomStream random)
    {
        double deviation = _deviation(shape);
        foreach (ref float value in values)
        {
            value = (float)(_mean + (deviation * Next(random)));
        }
    }

    private double Next(RandomStream random)
    {
        double number = random.NextNormal();
        while (_truncated && Math.Abs(number) > Cut)
        {
            number = random.NextNormal();
        }

        return number;
    }
}
