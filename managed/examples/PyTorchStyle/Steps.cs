using NativeRnn;

/// <summary>Random steps with a place marked; the task is to tell the marked step's size.</summary>
internal static class Steps
{
    public const int Classes = 10;
    private const int Length = 20;

    /// <summary>
    /// Sequences [count,20,2] of sizes 0 to 0.9 and marks, and the marked sizes as classes [count].
    /// </summary>
    public static (Tensor Input, Tensor Target) Create(int count, Random random)
    {
        float[] input = new float[count * Length * 2];
        int[] target = new int[count];
        for (int row = 0; row < count; row++)
        {
            int marked = random.Next(Length);
            for (int step = 0; step < Length; step++)
            {
                int size = random.Next(Classes);
                int at = ((row * Length) + step) * 2;
                input[at] = size / 10f;
                input[at + 1] = step == marked ? 1 : 0;
                target[row] = step == marked ? size : target[row];
            }
        }

        return (Tensor.From(input, [count, Length, 2]), Tensor.From(target, [count]));
    }
}
