namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>Graphs of one recurrent operator each, by what they show.</summary>
internal static class OnnxRecurrentNodes
{
    private const int Steps = 4, Batch = 3, Input = 3, Hidden = 5;

    public static Dictionary<string, Func<OnnxGraph>> All { get; } = Make();

    /// <summary>A recurrent node.</summary>
    /// <param name="cell">LSTM, GRU or RNN.</param>
    /// <param name="direction">As in ONNX.</param>
    /// <param name="optional">Letters of optional inputs: b biases, l lengths, h and c states, p peepholes.</param>
    /// <param name="attributes">More attributes.</param>
    public static OnnxGraph Graph(
        string cell, string direction, string optional, params (string Name, object Value)[] attributes)
    {
        int directions = direction == "bidirectional" ? 2 : 1;
        int gates = cell == "LSTM" ? 4 : cell == "GRU" ? 3 : 1;
        OnnxGraph graph = new OnnxGraph().Input("x", [Steps, Batch, Input])
            .Weight("w", directions, gates * Hidden, Input).Weight("r", directions, gates * Hidden, Hidden);
        string inputs = "x,w,r";
        Optional('b', "b", () => graph.Weight("b", directions, 2 * gates * Hidden));
        Optional('l', "l", () => graph.Integers("l", [4, 1, 3], Batch));
        Optional('h', "h0", () => graph.Input("h0", [directions, Batch, Hidden]));
        if (cell == "LSTM")
        {
            Optional('c', "c0", () => graph.Input("c0", [directions, Batch, Hidden]));
            Optional('p', "p", () => graph.Weight("p", directions, 3 * Hidden));
        }

        string outputs = cell == "LSTM" ? "y,hn,cn" : "y,hn";
        return graph.Node(
            cell, inputs.TrimEnd(','), outputs,
            [("hidden_size", (long)Hidden), ("direction", direction), .. attributes]).Output(outputs);

        void Optional(char letter, string name, Func<OnnxGraph> add)
        {
            inputs += ",";
            if (optional.Contains(letter, StringComparison.Ordinal))
            {
                inputs += name;
                add();
            }
        }
    }

    private static Dictionary<string, Func<OnnxGraph>> Make()
    {
        Dictionary<string, Func<OnnxGraph>> cases = [];
        foreach (string cell in new[] { "LSTM", "GRU", "RNN" })
        {
            foreach (string direction in new[] { "forward", "reverse", "bidirectional" })
            {
                foreach (string optional in new[] { "", "b", "bl", "bhc", "blhc" })
                    cases.Add($"{cell} {direction} {optional}", () => Graph(cell, direction, optional));
            }

            cases.Add($"{cell} h", () => Graph(cell, "forward", "h"));
        }

        cases.Add("LSTM c", () => Graph("LSTM", "forward", "c"));
        cases.Add("LSTM peepholes", () => Graph("LSTM", "forward", "bp"));
        cases.Add("LSTM bidirectional peepholes", () => Graph("LSTM", "bidirectional", "bhclp"));
        cases.Add("LSTM input_forget", () => Graph("LSTM", "forward", "b", ("input_forget", 1L)));
        cases.Add("LSTM input_forget peepholes", () => Graph("LSTM", "bidirectional", "bp", ("input_forget", 1L)));
        cases.Add("LSTM input_forget HardSigmoid", () => Graph(
            "LSTM", "forward", "b", ("input_forget", 1L), ("activations", new[] { "HardSigmoid", "Tanh", "Tanh" })));
        cases.Add("LSTM activations", () => Graph(
            "LSTM", "forward", "b", ("activations", new[] { "HardSigmoid", "Softsign", "Relu" }),
            ("activation_alpha", new[] { 0.25f }), ("activation_beta", new[] { 0.4f })));
        cases.Add("LSTM bidirectional activations", () => Graph(
            "LSTM", "bidirectional", "b",
            ("activations", new[] { "Sigmoid", "Tanh", "Tanh", "Sigmoid", "Tanh", "Tanh" })));
        cases.Add("GRU linear_before_reset", () => Graph("GRU", "forward", "b", ("linear_before_reset", 1L)));
        cases.Add("GRU bidirectional linear_before_reset", () => Graph(
            "GRU", "bidirectional", "blh", ("linear_before_reset", 1L)));
        cases.Add("GRU HardSigmoid", () => Graph(
            "GRU", "forward", "b", ("activations", new[] { "HardSigmoid", "Tanh" })));
        cases.Add("RNN Relu", () => Graph("RNN", "forward", "b", ("activations", new[] { "Relu" })));
        cases.Add("RNN Sigmoid", () => Graph("RNN", "reverse", "b", ("activations", new[] { "Sigmoid" })));
        cases.Add("RNN Elu", () => Graph(
            "RNN", "forward", "b", ("activations", new[] { "Elu" }), ("activation_alpha", new[] { 0.7f })));
        return cases;
    }
}
