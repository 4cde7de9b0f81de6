namespace NativeRnn.Layers;

/// <summary>
/// Where layers that are made without a seed of their own take one: a row of numbers that belongs
/// to the thread and starts from 0, so that a program that builds its models in the same order
/// gets the same weights and dropout masks each time it runs.
/// </summary>
public static class RandomSeed
{
    [ThreadStatic]
    private static long _seed;

    [ThreadStatic]
    private static long _taken;

    /// <summary>Starts this thread's row of seeds anew.</summary>
    /// <param name="seed">Any number.</param>
    public static void Set(long seed)
    {
        _seed = seed;
        _taken = 0;
    }

    internal static long Next() => RandomStream.Mix(_seed, _taken++);
}
