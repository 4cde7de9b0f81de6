namespace Benchmarks;

/// <summary>What a stream answers to a few steps, for comparison.</summary>
internal static class StreamResults
{
    private const int Steps = 16;

    /// <param name="shape">Of one step.</param>
    /// <param name="step">Runs a step from the input to the output; the first one from zeros.</param>
    public static Dictionary<string, float[]> Of(Shape shape, Action<float[], float[]> step)
    {
        float[] inputs = new Problem(shape with { Steps = Steps }).Input;
        List<float> outputs = [];
        float[] y = new float[shape.Batch * shape.OutputWidth];
        foreach (float[] x in inputs.Chunk(shape.Batch * shape.Input))
        {
            step(x, y);
            outputs.AddRange(y);
        }

        return new Dictionary<string, float[]> { ["y"] = [.. outputs] };
    }
}
