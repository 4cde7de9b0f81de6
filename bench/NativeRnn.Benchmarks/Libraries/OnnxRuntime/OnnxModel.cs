namespace Benchmarks;

/// <summary>
/// A stack of recurrent layers as an ONNX model: a node a layer, time-major, its output [T,D,B,H]
/// turned into the next one's input [T,B,D H].
/// </summary>
internal static class OnnxModel
{
    public const string X = "x";
    public const string Y = "y";

    /// <param name="problem">Sizes and weights.</param>
    /// <param name="keepsState">
    /// Whether the state comes in (h0, c0) and goes out (hn, cn), all [D,B,H]; of one layer only.
    /// </param>
    public static byte[] Write(Problem problem, bool keepsState = false)
    {
        Shape shape = problem.Shape;
        OnnxGraph graph = new();
        graph.Input(X, shape.Steps, shape.Batch, shape.Input);
        string input = X;
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            string output = $"y{layer}";
            AddLayer(graph, problem, layer, input, output, keepsState);
            input = AddTurn(graph, shape, layer, output);
        }

        graph.Output(Y, shape.Bidirectional
            ? [shape.Steps, shape.Batch, shape.OutputWidth]
            : [shape.Steps, 1, shape.Batch, shape.Hidden]);
        return graph.ToArray();
    }

    /// <summary>The names of the state's parts that come in; those that go out end in n.</summary>
    public static string[] StateNames(Cell cell) => cell == Cell.Lstm ? ["h", "c"] : ["h"];

    private static void AddLayer(
        OnnxGraph graph, Problem problem, int layer, string input, string output, bool keepsState)
    {
        Shape shape = problem.Shape;
        (long directions, long rows) = (shape.Directions, shape.Gates * shape.Hidden);
        List<string> inputs =
        [
            input,
            graph.Constant($"W{layer}", OnnxWeights.Of(problem, layer, "weight_ih"),
                directions, rows, shape.InputOf(layer)),
            graph.Constant($"R{layer}", OnnxWeights.Of(problem, layer, "weight_hh"),
                directions, rows, shape.Hidden),
            graph.Constant($"B{layer}", OnnxWeights.Biases(problem, layer), directions, 2 * rows),
        ];
        bool last = layer == shape.Layers - 1 && !shape.Bidirectional;
        List<string> outputs = [last ? Y : output];
        if (keepsState)
        {
            inputs.Add(""); // Lengths of sequences.
            foreach (string name in StateNames(shape.Cell))
            {
                graph.Input($"{name}0", directions, shape.Batch, shape.Hidden);
                graph.Output($"{name}n", directions, shape.Batch, shape.Hidden);
                inputs.Add($"{name}0");
                outputs.Add($"{name}n");
            }
        }

        graph.Node(
            shape.Cell.ToString().ToUpperInvariant(), [.. inputs], [.. outputs], Attributes(shape));
    }

    private static OnnxMessage[] Attributes(Shape shape)
    {
        List<OnnxMessage> attributes =
        [
            OnnxGraph.Attribute("hidden_size", shape.Hidden),
            OnnxGraph.Attribute("direction", shape.Bidirectional ? "bidirectional" : "forward"),
        ];
        if (shape.Cell == Cell.Gru)
        {
            attributes.Add(OnnxGraph.Attribute("linear_before_reset", 1));
        }

        return [.. attributes];
    }

    // One direction: the axis of length 1 goes, nothing moves, and of the last layer it may stay.
    private static string AddTurn(OnnxGraph graph, Shape shape, int layer, string output)
    {
        bool last = layer == shape.Layers - 1;
        string turned = last ? Y : $"x{layer + 1}";
        if (shape.Bidirectional)
        {
            string moved = $"{output}_moved";
            graph.Node("Transpose", [output], [moved], OnnxGraph.Attribute("perm", [0L, 2, 1, 3]));
            graph.Node("Reshape",
                [moved, graph.Constant($"{output}_shape", [0L, 0, -1])], [turned]);
        }
        else if (!last)
        {
            graph.Node("Squeeze", [output, graph.Constant($"{output}_axis", [1L])], [turned]);
        }

        return turned;
    }
}
