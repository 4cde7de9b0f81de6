using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// The activations of a recurrent node. ONNX lists them for each direction (f g h of an LSTM, f g of a GRU, f of an
/// RNN), and lists the numbers of those that have any. The layers have the same ones for both directions.
/// </summary>
internal static class OnnxRecurrentActivations
{
    /// <exception cref="ArgumentException">One is not known, or the directions differ.</exception>
    internal static (RnnCell Cell, RecurrentOptions Options) Read(OnnxNode node, int directions, bool coupled)
    {
        (string[] usual, RnnCell cell) = node.Proto.OpType switch
        {
            "LSTM" => (new[] { "Sigmoid", "Tanh", "Tanh" }, RnnCell.Lstm),
            "GRU" => (["Sigmoid", "Tanh"], RnnCell.Gru),
            _ => (["Tanh"], RnnCell.RnnTanh),
        };
        GateActivation[] given = Read(node, usual, directions);
        if (coupled && !IsSymmetric(given[0]))
            throw new ArgumentException(
                "input_forget is computed with Sigmoid and with HardSigmoid of beta 0.5 only, not with " + given[0]);
        if (cell == RnnCell.RnnTanh)
            return given[0] == GateActivation.Relu
                ? (RnnCell.RnnRelu, RecurrentOptions.Default)
                : (cell, new RecurrentOptions { Activation = Unless(given[0], GateActivation.Tanh) });
        return (cell, new RecurrentOptions
        {
            RecurrentActivation = Unless(given[0], GateActivation.Sigmoid),
            Activation = Unless(given[1], GateActivation.Tanh),
            OutputActivation = cell == RnnCell.Lstm && given[1] != given[2] ? given[2] : null,
        });
    }

    private static GateActivation[] Read(OnnxNode node, string[] usual, int directions)
    {
        string[] names = node.Attributes.Texts("activations") ?? [];
        if (names.Length == 0)
            names = [.. Enumerable.Repeat(usual, directions).SelectMany(name => name)];
        if (names.Length != usual.Length * directions)
            throw new ArgumentException(
                $"{names.Length} activations, must be {usual.Length} for each of {directions} directions");
        var alphas = new Queue<float>(node.Attributes.Floats("activation_alpha") ?? []);
        var betas = new Queue<float>(node.Attributes.Floats("activation_beta") ?? []);
        GateActivation[] all = Array.ConvertAll(names, name => Read(name, alphas, betas));
        GateActivation[] first = all[..usual.Length];
        return all.AsSpan(all.Length - usual.Length).SequenceEqual(first)
            ? first
            : throw new ArgumentException(
                $"the directions have different activations: {string.Join(", ", names.Select(OnnxText.Quote))}");
    }

    private static GateActivation Read(string name, Queue<float> alphas, Queue<float> betas)
    {
        return name.ToUpperInvariant() switch
        {
            "SIGMOID" => GateActivation.Sigmoid,
            "TANH" => GateActivation.Tanh,
            "RELU" => GateActivation.Relu,
            "SOFTSIGN" => GateActivation.Softsign,
            "HARDSIGMOID" => GateActivation.HardSigmoid(Next(alphas, 0.2f), Next(betas, 0.5f)),
            "AFFINE" => GateActivation.Affine(Next(alphas, 1), Next(betas, 0)),
            "ELU" => GateActivation.Elu(Next(alphas, 1)),
            _ => throw new ArgumentException($"the activation {OnnxText.Quote(name)} is not computed"),
        };

        static float Next(Queue<float> numbers, float absent) =>
            numbers.TryDequeue(out float number) ? number : absent;
    }

    // f(-a) = 1 - f(a).
    private static bool IsSymmetric(GateActivation activation) => activation == GateActivation.Sigmoid
        || activation == GateActivation.HardSigmoid(activation.Alpha, 0.5f);

    private static GateActivation? Unless(GateActivation given, GateActivation usual) =>
        given == usual ? null : given;
}
