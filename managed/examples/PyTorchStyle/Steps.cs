using NativeRnn;

/// <summary>Steps up and down; the task is to count those up.</summary>
internal static class Steps
{
    public const int Classes = Length + 1;
    private const int Length = 9;

    /// <summary>Steps of 1 and -1, [count,9,1], and how many went up, [count].</summary>
    public static (Tensor Input, Tensor Target) Create(int count, Random random)
    {
        float[] input = new float[count * Length];
        int[] target = new int[count];
        for (int at = 0; at < input.Length; at++)
        {
            int up = random.Next(2);
            input[at] = (2 * up) - 1;
            target[at / Length] += up;
        }

        return (Tensor.From(input, [count, Length, 1]), Tensor.From(target, [count]));
    }
}
