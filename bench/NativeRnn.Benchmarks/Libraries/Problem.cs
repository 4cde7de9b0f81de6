namespace Benchmarks;

/// <summary>Weights and inputs of a case, the same for all libraries.</summary>
internal sealed class Problem
{
    // Of Adam: so small that thousands of steps leave the weights in their range.
    public const double LearningRate = 1e-6;

    public Problem(Shape shape)
    {
        Shape = shape;
        Random random = new(1);
        Weights = MakeWeights(shape, random);
        Input = Uniform(random, shape.Steps * shape.Batch * shape.Input, 1);
        OutputGradient = Uniform(random, shape.Steps * shape.Batch * shape.OutputWidth, 1);
    }

    public Shape Shape { get; }

    /// <summary>By PyTorch's names, in PyTorch's shapes and order of gates.</summary>
    public IReadOnlyDictionary<string, float[]> Weights { get; }

    /// <summary>[T,B,I].</summary>
    public float[] Input { get; }

    /// <summary>The gradient of some number by the output, [T,B,D H].</summary>
    public float[] OutputGradient { get; }

    /// <summary>PyTorch's suffix of a weight's name.</summary>
    public static string Suffix(int layer, int direction) =>
        $"l{layer}{(direction == 1 ? "_reverse" : "")}";

    private static Dictionary<string, float[]> MakeWeights(Shape shape, Random random)
    {
        Dictionary<string, float[]> weights = [];
        float bound = 1 / MathF.Sqrt(shape.Hidden);
        int rows = shape.Gates * shape.Hidden;
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            for (int direction = 0; direction < shape.Directions; direction++)
            {
                string suffix = Suffix(layer, direction);
                int input = shape.InputOf(layer);
                weights[$"weight_ih_{suffix}"] = Uniform(random, rows * input, bound);
                weights[$"weight_hh_{suffix}"] = Uniform(random, rows * shape.Hidden, bound);
                weights[$"bias_ih_{suffix}"] = Uniform(random, rows, bound);
                weights[$"bias_hh_{suffix}"] = Uniform(random, rows, bound);
            }
        }

        return weights;
    }

    private static float[] Uniform(Random random, int count, float bound)
    {
        float[] values = new float[count];
        for (int at = 0; at < count; at++)
        {
            values[at] = ((random.NextSingle() * 2) - 1) * bound;
        }

        return values;
    }
}
