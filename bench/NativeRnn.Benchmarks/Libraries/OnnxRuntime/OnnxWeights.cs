namespace Benchmarks;

/// <summary>Weights in ONNX' order: LSTM's gates i o f c instead of i f g o, GRU's z r h instead of r z n.</summary>
internal static class OnnxWeights
{
    /// <summary>A weight of both directions, one after the other.</summary>
    /// <param name="problem">Has PyTorch's weights.</param>
    /// <param name="layer">From 0.</param>
    /// <param name="name">PyTorch's, without the suffix.</param>
    public static float[] Of(Problem problem, int layer, string name) =>
    [
        .. Enumerable.Range(0, problem.Shape.Directions)
            .SelectMany(direction => Reorder(problem, layer, direction, name)),
    ];

    /// <summary>Those of the input, then the recurrent ones, of each direction.</summary>
    public static float[] Biases(Problem problem, int layer) =>
    [
        .. Enumerable.Range(0, problem.Shape.Directions).SelectMany(direction =>
            Reorder(problem, layer, direction, "bias_ih")
                .Concat(Reorder(problem, layer, direction, "bias_hh"))),
    ];

    private static float[] Reorder(Problem problem, int layer, int direction, string name)
    {
        float[] values = problem.Weights[$"{name}_{Problem.Suffix(layer, direction)}"];
        int[] order = problem.Shape.Cell switch
        {
            Cell.Lstm => [0, 3, 1, 2],
            Cell.Gru => [1, 0, 2],
            _ => [0],
        };
        int gate = values.Length / order.Length;
        return [.. order.SelectMany(from => values[(from * gate)..((from + 1) * gate)])];
    }
}
