namespace NativeRnn.Tests.Layers;

/// <summary>Numbers for tests of layers and training: the same each time.</summary>
internal static class Numbers
{
    /// <summary>Uniform in [-1, 1).</summary>
    public static float[] Uniform(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    public static Tensor Tensor(Device device, int seed, params int[] shape) =>
        NativeRnn.Tensor.From(
            Uniform(shape.Aggregate(1, (length, size) => length * size), seed), shape, device);

    public static void AssertClose(
        IReadOnlyList<double> wanted, IReadOnlyList<float> got, double tolerance)
    {
        Assert.Equal(wanted.Count, got.Count);
        for (int index = 0; index < got.Count; index++)
        {
            double allowed = tolerance * (1 + Math.Abs(wanted[index]));
            Assert.True(
                Math.Abs(wanted[index] - got[index]) <= allowed,
                $"element {index} is {got[index]}, should be {wanted[index]} +- {allowed}");
        }
    }
}
