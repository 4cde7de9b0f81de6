namespace NativeRnn.Models;

/// <summary>
/// The weights of a recurrent node: W [D,G H,I], R [D,G H,H], B [D,2 G H] and P [D,3 H], gates in ONNX' order: i o f c
/// of an LSTM, z r h of a GRU. The layers have i f g o and r z n, and their own names.
/// </summary>
internal sealed class OnnxRecurrentWeights
{
    /// <summary>The input with an LSTM's peepholes.</summary>
    internal const int Peepholes = 7;

    private readonly Device _device;
    private readonly float[] _w;
    private readonly float[] _r;
    private readonly float[]? _b;
    private readonly float[]? _p;
    private readonly int _gates;

    /// <exception cref="ArgumentException">The shapes contradict each other.</exception>
    internal OnnxRecurrentWeights(OnnxNode node, Func<int, OnnxValue?> weightOf, Device device, int directions)
    {
        _device = device;
        Directions = directions;
        _gates = node.Proto.OpType switch { "LSTM" => 4, "GRU" => 3, _ => 1 };
        (OnnxValue w, OnnxValue r) = (weightOf(1)!, weightOf(2)!);
        if (w.Rank != 3 || r.Rank != 3)
            throw new ArgumentException($"W is {w.ShapeText} and R {r.ShapeText}, must have three axes");
        (Hidden, Input) = (r.Shape[2], w.Shape[2]);
        long told = node.Attributes.Int("hidden_size", Hidden);
        if (told != Hidden)
            throw new ArgumentException($"hidden_size is {told}, R has {Hidden}");
        _w = Floats(w, "W", directions, (long)_gates * Hidden, Input);
        _r = Floats(r, "R", directions, (long)_gates * Hidden, Hidden);
        _b = weightOf(3) is { } b ? Floats(b, "B", directions, 2L * _gates * Hidden) : null;
        _p = node.Operator.WeightInputs.Contains(Peepholes) && weightOf(Peepholes) is { } p
            ? Floats(p, "P", directions, 3L * Hidden)
            : null;
    }

    internal int Directions { get; }

    internal int Hidden { get; }

    internal int Input { get; }

    internal bool HasBias => _b is not null;

    internal bool HasPeepholes => _p is not null;

    /// <summary>The weights by the layer's names, in its order.</summary>
    /// <param name="cell">Of the layer.</param>
    /// <param name="coupled">
    /// f = 1 - i. The layer has i = 1 - f instead: its f is a gate of the negated weights of i.
    /// </param>
    internal Dictionary<string, Tensor> ToStateDict(Layers.RnnCell cell, bool coupled)
    {
        // Places of the layer's gates among ONNX'; below 0: the negative of the one at -1 - place.
        (int[] gates, int[] peepholes) = cell switch
        {
            Layers.RnnCell.Lstm when coupled => (new[] { -1, 3, 1 }, new[] { -1, 1 }),
            Layers.RnnCell.Lstm => ([0, 2, 3, 1], [0, 2, 1]),
            Layers.RnnCell.Gru => ([1, 0, 2], []),
            _ => ([0], Array.Empty<int>()),
        };
        Dictionary<string, Tensor> state = new(StringComparer.Ordinal);
        for (int direction = 0; direction < Directions; direction++)
        {
            string suffix = direction == 0 ? "_l0" : "_l0_reverse";
            int rows = _gates * Hidden;
            Add("weight_ih", _w, direction * rows, Input, gates);
            Add("weight_hh", _r, direction * rows, Hidden, gates);
            Add("bias_ih", _b, direction * 2 * rows, null, gates);
            Add("bias_hh", _b, ((direction * 2) + 1) * rows, null, gates);
            Add("weight_peephole", _p, direction * 3 * Hidden, null, peepholes);

            void Add(string name, float[]? source, int firstRow, int? width, int[] order)
            {
                if (source is null)
                    return;
                float[] values = Reordered(source, firstRow, width ?? 1, order);
                int length = order.Length * Hidden;
                int[] shape = width is int columns ? [length, columns] : [length];
                state.Add(name + suffix, Tensor.From(values, shape, _device));
            }
        }

        return state;
    }

    private float[] Reordered(float[] source, int firstRow, int width, int[] order)
    {
        int block = Hidden * width;
        var values = new float[order.Length * block];
        for (int gate = 0; gate < order.Length; gate++)
        {
            bool negative = order[gate] < 0;
            int from = (firstRow * width) + ((negative ? -1 - order[gate] : order[gate]) * block);
            Span<float> part = values.AsSpan(gate * block, block);
            source.AsSpan(from, block).CopyTo(part);
            for (int k = 0; negative && k < part.Length; k++)
                part[k] = -part[k];
        }

        return values;
    }

    private float[] Floats(OnnxValue value, string name, params long[] shape)
    {
        long[] given = Array.ConvertAll(value.Shape.ToArray(), size => (long)size);
        return given.AsSpan().SequenceEqual(shape)
            ? value.Floats(_device).ToArray()
            : throw new ArgumentException($"{name} is {value.ShapeText}, must be {OnnxShape.Text(shape)}");
    }
}
