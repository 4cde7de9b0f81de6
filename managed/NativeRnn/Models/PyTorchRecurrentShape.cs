using System.Globalization;
using NativeRnn.Formats;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// What the names and shapes of a state dict say of an nn.LSTM, nn.GRU or nn.RNN: all but whether sequences are
/// batch-first, the dropout, and whether an RNN's function is tanh or relu.
/// </summary>
internal sealed record PyTorchRecurrentShape
{
    private const string InputWeight = "weight_ih_l";
    private const string RecurrentWeight = "weight_hh_l";
    private const string ProjectionWeight = "weight_hr_l";
    private const string Reverse = "_reverse";

    /// <summary>Of an nn.RNN: <see cref="RnnCell.RnnTanh"/>.</summary>
    internal required RnnCell Cell { get; init; }

    internal required int InputSize { get; init; }

    internal required int HiddenSize { get; init; }

    internal required int NumLayers { get; init; }

    internal required bool Bidirectional { get; init; }

    internal required bool Bias { get; init; }

    /// <summary>Numbers of h after the projection; 0: none.</summary>
    internal required int ProjectionSize { get; init; }

    /// <summary>PyTorch's name of the layer: LSTM, GRU or RNN.</summary>
    internal string Name => Cell switch
    {
        RnnCell.Lstm => "LSTM",
        RnnCell.Gru => "GRU",
        _ => "RNN",
    };

    private int Gates => Cell switch
    {
        RnnCell.Lstm => 4,
        RnnCell.Gru => 3,
        _ => 1,
    };

    private int Directions => Bidirectional ? 2 : 1;

    private int OutputSize => ProjectionSize > 0 ? ProjectionSize : HiddenSize;

    /// <summary>Recognises a layer that has exactly these tensors.</summary>
    /// <param name="tensors">By names without a prefix.</param>
    /// <param name="why">What does not fit, when there is no result.</param>
    /// <returns>Null: they are no such layer's.</returns>
    internal static PyTorchRecurrentShape? Recognize(
        IReadOnlyDictionary<string, PyTorchTensor> tensors, out string why)
    {
        if (!TryShape(tensors, InputWeight + "0", out int[] input)
            || !TryShape(tensors, RecurrentWeight + "0", out int[] recurrent))
        {
            why = "weight_ih_l0 and weight_hh_l0 are not there, or are no matrices";
            return null;
        }

        bool projects = TryShape(tensors, ProjectionWeight + "0", out int[] projection);
        int hidden = projects ? projection[1] : recurrent[1];
        int gates = hidden > 0 && recurrent[0] % hidden == 0 ? recurrent[0] / hidden : 0;
        if (gates is not (1 or 3 or 4) || (projects && gates != 4) || hidden > Sizes.Max)
        {
            why = $"weight_hh_l0 is [{recurrent[0]}, {recurrent[1]}], hidden size {hidden}: its rows should be 4 " +
                $"(LSTM), 3 (GRU) or 1 (RNN) times the hidden size, which is at most {Sizes.Max}";
            return null;
        }

        PyTorchRecurrentShape shape = new()
        {
            Cell = gates == 4 ? RnnCell.Lstm : gates == 3 ? RnnCell.Gru : RnnCell.RnnTanh,
            InputSize = input[1],
            HiddenSize = hidden,
            NumLayers = tensors.Keys.Max(name => LayerOf(name) ?? 0) + 1,
            Bidirectional = tensors.ContainsKey(InputWeight + "0" + Reverse),
            Bias = tensors.ContainsKey("bias_ih_l0"),
            ProjectionSize = projects ? projection[0] : 0,
        };
        why = shape.Mismatch(tensors);
        return why.Length == 0 ? shape : null;
    }

    /// <summary>Makes the layer, with weights of zeros.</summary>
    internal RecurrentLayer Make(bool batchFirst, Activation activation, float dropout, Device? device)
    {
        using WeightsToCome zeros = WeightsToCome.Expect();
        return Cell switch
        {
            RnnCell.Lstm => new Lstm(
                InputSize, HiddenSize, NumLayers, Bias, batchFirst, dropout, Bidirectional, ProjectionSize, seed: 0,
                device),
            RnnCell.Gru => new Gru(
                InputSize, HiddenSize, NumLayers, Bias, batchFirst, dropout, Bidirectional, seed: 0, device: device),
            _ => new SimpleRnn(
                InputSize, HiddenSize, NumLayers, activation, Bias, batchFirst, dropout, Bidirectional, seed: 0,
                device),
        };
    }

    /// <summary>For people: <c>LSTM, 2 layers, 3 inputs, 4 hidden units, bidirectional</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name}, {NumLayers} layers, {InputSize} inputs, {HiddenSize} hidden units") +
        (Bidirectional ? ", bidirectional" : "") +
        (ProjectionSize > 0 ? $", projected to {ProjectionSize}" : "") + (Bias ? "" : ", no biases");

    // The number of the layer that a name ends with, before _reverse.
    private static int? LayerOf(string name)
    {
        string plain = name.EndsWith(Reverse, StringComparison.Ordinal) ? name[..^Reverse.Length] : name;
        int at = plain.LastIndexOf("_l", StringComparison.Ordinal);
        bool isNumber = int.TryParse(
            at < 0 ? "" : plain.AsSpan(at + 2), NumberStyles.None, CultureInfo.InvariantCulture, out int layer);
        return isNumber && layer < RecurrentSettings.MaxLayers ? layer : null;
    }

    private static bool TryShape(IReadOnlyDictionary<string, PyTorchTensor> tensors, string name, out int[] shape)
    {
        shape = tensors.TryGetValue(name, out PyTorchTensor? tensor) ? tensor.Shape.ToArray() : [];
        return shape.Length == 2;
    }

    private string Mismatch(IReadOnlyDictionary<string, PyTorchTensor> tensors)
    {
        if (InputSize is < 1 or > Sizes.Max || (ProjectionSize >= HiddenSize && ProjectionSize > 0))
        {
            return $"{this}: sizes must be 1 to {Sizes.Max}, a projection below the hidden size";
        }

        // So few can't be so many layers: that need not be written out.
        if (tensors.Count < 2 * NumLayers * Directions)
        {
            return $"{this}: names are of {NumLayers} layers, but there are only {tensors.Count} tensors";
        }

        Dictionary<string, int[]> wanted = Shapes().ToDictionary(named => named.Name, named => named.Shape);
        string[] missing = [.. wanted.Keys.Where(name => !tensors.ContainsKey(name))];
        string[] others = [.. tensors.Keys.Where(name => !wanted.ContainsKey(name))];
        if (missing.Length + others.Length > 0)
        {
            return (missing.Length > 0 ? $"{this}: missing: {Listing.Of(missing)}" : $"{this}") +
                (others.Length > 0 ? $"; unexpected: {Listing.Of(others)}" : "");
        }

        string? wrong = wanted.Keys.FirstOrDefault(name => !tensors[name].Shape.SequenceEqual(wanted[name])
            || tensors[name].DType != DType.Float32);
        return wrong is null
            ? ""
            : $"{this}: {wrong} is {tensors[wrong]}, should be floats [{string.Join(",", wanted[wrong])}]";
    }

    private IEnumerable<(string Name, int[] Shape)> Shapes()
    {
        int rows = Gates * HiddenSize;
        for (int layer = 0; layer < NumLayers; layer++)
        {
            int input = layer == 0 ? InputSize : Directions * OutputSize;
            for (int direction = 0; direction < Directions; direction++)
            {
                string suffix = direction == 0 ? $"{layer}" : $"{layer}{Reverse}";
                yield return (InputWeight + suffix, [rows, input]);
                yield return (RecurrentWeight + suffix, [rows, OutputSize]);
                if (Bias)
                {
                    yield return ($"bias_ih_l{suffix}", [rows]);
                    yield return ($"bias_hh_l{suffix}", [rows]);
                }

                if (ProjectionSize > 0)
                {
                    yield return (ProjectionWeight + suffix, [ProjectionSize, HiddenSize]);
                }
            }
        }
    }
}
