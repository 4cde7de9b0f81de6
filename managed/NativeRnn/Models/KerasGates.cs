using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// Weights of one direction of a recurrent layer, from Keras' layout into ours. Keras: kernels [I,G H] and [H,G H]
/// with gates side by side, i f c o of an LSTM, z r h of a GRU, and one bias, which a GRU that resets after the
/// product has twice. Ours: [G H,I] and [G H,H], gates i f g o and r z n, and two biases.
/// </summary>
internal sealed class KerasGates
{
    private static readonly int[] LstmOrder = [0, 1, 2, 3];
    private static readonly int[] GruOrder = [1, 0, 2];
    private static readonly int[] SimpleOrder = [0];

    // Keras 1 has W, U and b of i, c, f and o.
    private static readonly int[] Keras1LstmOrder = [0, 2, 1, 3];

    private readonly RecurrentSettings _settings;
    private readonly int[] _order;
    private readonly KerasArray _kernel;
    private readonly KerasArray _recurrent;
    private readonly KerasArray? _bias;
    private readonly bool _cuDnn;

    private KerasGates(
        RecurrentSettings settings, KerasArray kernel, KerasArray recurrent, KerasArray? bias, bool cuDnn)
    {
        _settings = settings;
        _order = OrderOf(settings.Cell);
        _cuDnn = cuDnn;
        _kernel = kernel;
        _recurrent = recurrent.Require(settings.HiddenSize, Columns);
        _bias = bias;
        InputSize = kernel.RowsOf(Columns);
    }

    /// <summary>Numbers that come in at each step, I.</summary>
    internal int InputSize { get; }

    private int Columns => _order.Length * _settings.HiddenSize;

    internal static KerasGates Take(RecurrentSettings settings, KerasArrays arrays, string part, bool cuDnn)
    {
        if (arrays.HasSeparateGates && settings.Gates > 1)
        {
            return TakeSeparate(settings, arrays, part);
        }

        KerasArray[] taken = arrays.Take(part, settings.Bias ? 3 : 2);
        return new KerasGates(settings, taken[0], taken[1], settings.Bias ? taken[2] : null, cuDnn);
    }

    internal float[] InputWeights() => Turn(_kernel, InputSize, transposed: false);

    internal float[] RecurrentWeights() => Turn(_recurrent, _settings.HiddenSize, transposed: true);

    /// <summary>The biases of what comes in and of what comes back.</summary>
    internal (float[] Input, float[] Recurrent) Biases()
    {
        bool split = _cuDnn || (_settings.Cell == RnnCell.Gru && _settings.ResetAfter);
        int wanted = split ? 2 * Columns : Columns;
        float[] values = _bias!.Values;
        bool fits = _bias.Shape.Length == 1 || (split && _bias.Shape is [2, _]);
        if (!fits || values.Length != wanted)
        {
            throw _bias.Invalid($"{values.Length} biases, should be {(split ? $"[2, {Columns}]" : $"[{Columns}]")}");
        }

        return (Reorder(values.AsSpan(0, Columns)), split ? Reorder(values.AsSpan(Columns)) : new float[Columns]);
    }

    private static int[] OrderOf(RnnCell cell) => cell switch
    {
        RnnCell.Lstm => LstmOrder,
        RnnCell.Gru => GruOrder,
        _ => SimpleOrder,
    };

    private static KerasGates TakeSeparate(RecurrentSettings settings, KerasArrays arrays, string part)
    {
        int[] order = settings.Cell == RnnCell.Lstm ? Keras1LstmOrder : [0, 1, 2];
        KerasArray[] taken = arrays.Take(part, 3 * order.Length);
        KerasArray Joined(int kind)
        {
            KerasArray[] gates = [.. order.Select(gate => taken[(3 * gate) + kind])];
            int hidden = settings.HiddenSize;
            int rows = kind == 2 ? 1 : gates[0].RowsOf(hidden);
            float[] values = new float[rows * hidden * gates.Length];
            for (int gate = 0; gate < gates.Length; gate++)
            {
                KerasArray one = kind == 2 ? gates[gate].Require(hidden) : gates[gate].Require(rows, hidden);
                for (int row = 0; row < rows; row++)
                {
                    one.Values.AsSpan(row * hidden, hidden).CopyTo(
                        values.AsSpan(((row * gates.Length) + gate) * hidden));
                }
            }

            int columns = gates.Length * hidden;
            return gates[0] with { Shape = kind == 2 ? [columns] : [rows, columns], Values = values };
        }

        return new KerasGates(settings, Joined(0), Joined(1), Joined(2), cuDnn: false);
    }

    // cuDNN's own layout has each gate's part of the kernel turned over already: the input's as rows [H,I] written
    // into the place of [I,H], the recurrent one transposed.
    private float[] Turn(KerasArray kernel, int rows, bool transposed)
    {
        int hidden = _settings.HiddenSize;
        float[] turned = new float[kernel.Values.Length];
        for (int to = 0; to < Columns; to++)
        {
            int gate = _order[to / hidden];
            int unit = to % hidden;
            for (int row = 0; row < rows; row++)
            {
                (int fromRow, int fromUnit) = (row, unit);
                if (_cuDnn)
                {
                    int place = (unit * rows) + row;
                    (fromRow, fromUnit) = transposed ? (unit, row) : (place / hidden, place % hidden);
                }

                turned[(to * rows) + row] = kernel.Values[(fromRow * Columns) + (gate * hidden) + fromUnit];
            }
        }

        return turned;
    }

    private float[] Reorder(ReadOnlySpan<float> bias)
    {
        int hidden = _settings.HiddenSize;
        float[] values = new float[Columns];
        for (int gate = 0; gate < _order.Length; gate++)
        {
            bias.Slice(_order[gate] * hidden, hidden).CopyTo(values.AsSpan(gate * hidden));
        }

        return values;
    }
}
