using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// The weights of one layer of a recurrent stack in ONNX' order: an LSTM's gates i o f c in place of i f g o, a GRU's
/// z r h in place of r z n; both directions in one tensor.
/// </summary>
internal sealed class RecurrentWeights
{
    private readonly RecurrentSettings _settings;
    private readonly int _layer;
    private readonly float[] _values;
    private readonly Dictionary<string, ParameterView> _views;

    /// <param name="details">What the layer was made with.</param>
    /// <param name="values">All its weights.</param>
    /// <param name="layer">Which layer of the stack, from 0.</param>
    internal RecurrentWeights(TracedRecurrence details, float[] values, int layer)
    {
        (_settings, _values, _layer) = (details.Settings, values, layer);
        _views = details.Plan.Views().ToDictionary(view => view.Name);
    }

    /// <summary>[D,G H,I].</summary>
    internal float[] Input => Of("weight_ih");

    /// <summary>[D,G H,H].</summary>
    internal float[] Recurrent => Of("weight_hh");

    /// <summary>[D,2 G H]: of the input, then recurrent.</summary>
    internal float[] Biases =>
    [
        .. Directions.SelectMany(direction => Gates("bias_ih", direction).Concat(Gates("bias_hh", direction))),
    ];

    /// <summary>[D,3 H]: i o f.</summary>
    internal float[] Peepholes =>
    [
        .. Directions.SelectMany(direction =>
        {
            float[] gates = ValuesOf("weight_peephole", direction);
            int[] order = _settings.Options.CoupledGates ? [-1, 1, 0] : [0, 2, 1];
            return Ordered(gates, order, _settings.HiddenSize);
        }),
    ];

    /// <summary>Numbers that come in at each step of this layer.</summary>
    internal int InputSize => _views[NameOf("weight_ih", 0)].Shape[1];

    private IEnumerable<int> Directions => Enumerable.Range(0, _settings.Directions);

    // Where each of ONNX' gates comes from. Coupled gates f g o have i = 1 - f, which is f of the opposite
    // pre-activation: -1 stands for the opposite of gate 0.
    private int[] Order => _settings.Cell switch
    {
        RnnCell.Lstm when _settings.Options.CoupledGates => [-1, 2, 0, 1],
        RnnCell.Lstm => [0, 3, 1, 2],
        RnnCell.Gru => [1, 0, 2],
        _ => [0],
    };

    private float[] Of(string kind) => [.. Directions.SelectMany(direction => Gates(kind, direction))];

    private IEnumerable<float> Gates(string kind, int direction)
    {
        float[] values = ValuesOf(kind, direction);
        return Ordered(values, Order, values.Length / _settings.Gates);
    }

    private static IEnumerable<float> Ordered(float[] values, int[] order, int length) => order.SelectMany(gate =>
        gate < 0 ? values[..length].Select(value => -value) : values[(gate * length)..((gate + 1) * length)]);

    private float[] ValuesOf(string kind, int direction)
    {
        ParameterView view = _views[NameOf(kind, direction)];
        return _values[view.Offset..(view.Offset + view.Length)];
    }

    private string NameOf(string kind, int direction) =>
        $"{kind}_l{_layer}{(direction == 0 ? string.Empty : "_reverse")}";
}
