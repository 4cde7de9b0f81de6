using NativeRnn;

/// <summary>Pieces of sine waves of several frequencies; the task is to foretell the next value.</summary>
internal static class Wave
{
    /// <summary>Values that are known.</summary>
    public const int Steps = 24;

    /// <summary>Pieces [count,24,1] and the value after each, [count,1].</summary>
    public static (Tensor X, Tensor Y) Create(int count, int seed, Device device)
    {
        Random random = new(seed);
        float[] known = new float[count * Steps], next = new float[count];
        for (int row = 0; row < count; row++)
        {
            double frequency = 0.2 + (0.6 * random.NextDouble()), phase = random.NextDouble() * 2 * Math.PI;
            for (int step = 0; step < Steps; step++)
            {
                known[(row * Steps) + step] = (float)Math.Sin((frequency * step) + phase);
            }

            next[row] = (float)Math.Sin((frequency * Steps) + phase);
        }

        return (Tensor.From(known, [count, Steps, 1], device), Tensor.From(next, [count, 1], device));
    }
}
