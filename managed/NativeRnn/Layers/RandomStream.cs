namespace NativeRnn.Layers;

/// <summary>
/// Random numbers on the host that are the same on every machine and .NET version: SplitMix64
/// (Steele, Lea, Flood 2014). For weights at the start, shuffling and sampling.
/// </summary>
internal sealed class RandomStream(long seed)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state = (ulong)seed;

    /// <summary>A seed for the use'th use of something that has a seed: a well-mixed number.</summary>
    internal static long Mix(long seed, long use) =>
        (long)Scramble((ulong)seed + (Step * ((ulong)use + 1)));

    internal ulong NextBits() => Scramble(_state += Step);

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    internal double NextDouble() => (NextBits() >> 11) * (1.0 / (1L << 53));

    /// <summary>Uniform in [low, high).</summary>
    internal float NextUniform(double low, double high) =>
        (float)(low + ((high - low) * NextDouble()));

    /// <summary>Normal with mean 0 and deviation 1 (Box-Muller; the second number is dropped).</summary>
    internal double NextNormal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Puts the values into a random order (Fisher-Yates).</summary>
    internal void Shuffle(Span<int> values)
    {
        for (int last = values.Length - 1; last > 0; last--)
        {
            int other = (int)(NextDouble() * (last + 1));
            (values[last], values[other]) = (values[other], values[last]);
        }
    }

    private static ulong Scramble(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
