using System.Globalization;

namespace NativeRnn.Models;

/// <summary>What the names and shapes of one layer's tensors tell, where PyTorch's names are used.</summary>
internal static class StateDictLayer
{
    /// <param name="path">What all names begin with, up to the last dot.</param>
    /// <param name="tensors">At least one.</param>
    internal static LayerDescription Describe(string path, IReadOnlyList<TensorDescription> tensors)
    {
        Dictionary<string, TensorDescription> byName = tensors.ToDictionary(
            tensor => path.Length == 0 ? tensor.Name : tensor.Name[(path.Length + 1)..], StringComparer.Ordinal);
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

    private static readonly Dictionary<string, string> NoSettings = [];

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
