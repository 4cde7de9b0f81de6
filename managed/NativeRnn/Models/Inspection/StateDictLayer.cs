using System.Globalization;

namespace NativeRnn.Models;

/// <summary>What the names and shapes of a layer's tensors tell, where PyTorch's names are used.</summary>
internal static class StateDictLayer
{
    private static readonly Dictionary<string, string> NoSettings = [];

    /// <summary>All layers: tensors whose names differ after the last dot only are of one.</summary>
    internal static IReadOnlyList<LayerDescription> Split(IEnumerable<TensorDescription> tensors) =>
    [
        .. from tensor in tensors
           let dot = tensor.Name.LastIndexOf('.')
           group tensor by tensor.Name[..Math.Max(dot, 0)] into part
           select Describe(part.Key, [.. part]),
    ];

    // path: what all names begin with, up to the last dot.
    private static LayerDescription Describe(string path, IReadOnlyList<TensorDescription> tensors)
    {
        Dictionary<string, TensorDescription> byName = tensors.ToDictionary(
            tensor => tensor.Name[(tensor.Name.LastIndexOf('.') + 1)..], StringComparer.Ordinal);
        if (Matrix(byName, "weight_ih_l0") is { } input && Matrix(byName, "weight_hh_l0") is { } recurrent)
            return Recurrent(path, tensors, byName, input, recurrent);
        TensorDescription? weight = Matrix(byName, "weight");
        bool isLinear = weight is not null && tensors.Count == 2
            && byName.TryGetValue("bias", out TensorDescription? bias) && bias.Shape is [int rows] && rows == weight.Shape[0];
        if (isLinear)
            return LayerDescription.Of(path, "Linear", NoSettings, weight!.Shape[0], null, tensors);
        string kind = weight is not null && tensors.Count == 1 ? "Embedding or Linear" : "tensors";
        return LayerDescription.Of(path, kind, NoSettings, null, null, tensors);
    }

    private static LayerDescription Recurrent(
        string path,
        IReadOnlyList<TensorDescription> tensors,
        Dictionary<string, TensorDescription> byName,
        TensorDescription input,
        TensorDescription recurrent)
    {
        TensorDescription? projection = Matrix(byName, "weight_hr_l0");
        int hidden = projection?.Shape[1] ?? recurrent.Shape[1];
        bool both = byName.ContainsKey("weight_ih_l0_reverse");
        (string kind, string? layout) = (hidden > 0 ? (double)recurrent.Shape[0] / hidden : 0) switch
        {
            4 => ("LSTM", GateLayouts.Lstm),
            3 => ("GRU", GateLayouts.Gru),
            1 => ("RNN", null),
            _ => ("tensors", (string?)null),
        };
        Dictionary<string, string> settings = new(StringComparer.Ordinal)
        {
            ["input_size"] = Text(input.Shape[1]),
            ["hidden_size"] = Text(hidden),
            ["num_layers"] = Text(byName.Keys.Count(name =>
                name.StartsWith("weight_ih_l") && !name.EndsWith("_reverse"))),
            ["bidirectional"] = both ? "true" : "false",
            ["bias"] = byName.ContainsKey("bias_ih_l0") ? "true" : "false",
        };
        if (projection is not null)
            settings["proj_size"] = Text(projection.Shape[0]);
        int output = recurrent.Shape[1] * (both ? 2 : 1);
        return LayerDescription.Of(path, kind, settings, output, layout, tensors);
    }

    private static TensorDescription? Matrix(Dictionary<string, TensorDescription> tensors, string name) =>
        tensors.TryGetValue(name, out TensorDescription? tensor) && tensor.Shape.Count == 2 ? tensor : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
