using NativeRnn;

/// <summary>Noisy sine waves of ten frequencies; the task is to tell which.</summary>
internal static class Waves
{
    public const int Classes = 10;
    private const int Steps = 28;

    /// <summary>Waves [count,28,1] and their frequencies as one-hot rows [count,10].</summary>
    public static (Tensor X, Tensor Y) Create(int count, int seed)
    {
        Random random = new(seed);
        float[] waves = new float[count * Steps];
        float[] classes = new float[count * Classes];
        for (int row = 0; row < count; row++)
        {
            int frequency = random.Next(Classes);
            double phase = random.NextDouble() * 2 * Math.PI;
            for (int step = 0; step < Steps; step++)
            {
                double angle = ((frequency + 1) * Math.PI * step / Steps) + phase;
                double noise = 0.1 * (random.NextDouble() - 0.5);
                waves[(row * Steps) + step] = (float)(Math.Sin(angle) + noise);
            }

            classes[(row * Classes) + frequency] = 1;
        }

        return (Tensor.From(waves, [count, Steps, 1]), Tensor.From(classes, [count, Classes]));
    }
}
