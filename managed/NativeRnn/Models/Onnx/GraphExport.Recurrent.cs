using NativeRnn.Formats.Onnx;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <content>Recurrent layers: a node for each layer of a stack, both directions in one.</content>
internal sealed partial class GraphExport
{
    private void Recurrent(PairedOperation operation)
    {
        TracedRecurrence details = operation.Details<TracedRecurrence>();
        RecurrentSettings settings = details.Settings;
        if (Unsupported(settings) is string reason)
        {
            throw _names.Refuse(operation, reason);
        }

        GraphValue weights = operation.Inputs[1]!;
        if (!weights.IsTheSame())
        {
            throw _names.Refuse(operation, "has weights that are computed");
        }

        float[] values = weights.Tensor.ToArray();
        string x = Input(operation, 0);
        x = settings.BatchFirst ? Transpose(x, 1, 0, 2) : x;
        List<string> hidden = [], cells = [];
        for (int layer = 0; layer < settings.NumLayers; layer++)
        {
            string[] made = Layer(operation, x, new RecurrentWeights(details, values, layer), layer);
            x = Sequences(made[0], settings, last: layer == settings.NumLayers - 1);
            hidden.Add(made[1]);
            cells.Add(made[^1]);
        }

        operation.Outputs[0].Name = x;
        for (int place = 1; place < operation.Outputs.Length; place++)
        {
            if (_needed.Contains(operation.Outputs[place]))
            {
                operation.Outputs[place].Name = LastState(operation, Joined(place == 1 ? hidden : cells), place + 1);
            }
        }
    }

    // Rows without steps end where they started: ONNX Runtime leaves their states undefined.
    private string LastState(PairedOperation operation, string state, int start)
    {
        string lengths = InputOrNone(operation, 4);
        if (lengths.Length == 0)
        {
            return state;
        }

        string first = InputOrNone(operation, start);
        string hasSteps = _graph.Node("Unsqueeze", [AsBoolean(lengths), _graph.Int64s(0, 2)]);
        return _graph.Node("Where", [hasSteps, state, first.Length == 0 ? _graph.Scalar(0) : first]);
    }

    // Gives Y [T,D,B,H], Y_h and of an LSTM Y_c.
    private string[] Layer(PairedOperation operation, string x, RecurrentWeights weights, int layer)
    {
        RecurrentSettings settings = operation.Details<TracedRecurrence>().Settings;
        (int directions, int hidden) = (settings.Directions, settings.HiddenSize);
        int rows = hidden * (settings.Cell switch { RnnCell.Lstm => 4, RnnCell.Gru => 3, _ => 1 });
        string Named(string name) => _graph.Scope.Length == 0 ? $"{name}_l{layer}" : $"{_graph.Scope}.{name}_l{layer}";
        List<string> inputs =
        [
            x,
            _graph.Floats(Named("W"), weights.Input, directions, rows, weights.InputSize),
            _graph.Floats(Named("R"), weights.Recurrent, directions, rows, hidden),
            settings.Bias ? _graph.Floats(Named("B"), weights.Biases, directions, 2 * rows) : string.Empty,
            InputOrNone(operation, 4),
            StateOf(operation, 2, layer),
        ];
        if (settings.Cell == RnnCell.Lstm)
        {
            inputs.Add(StateOf(operation, 3, layer));
            inputs.Add(settings.Options.Peephole
                ? _graph.Floats(Named("P"), weights.Peepholes, directions, 3 * hidden)
                : string.Empty);
        }

        List<AttributeProto> attributes = [NodeAttribute.Int("hidden_size", hidden)];
        if (settings.Bidirectional)
        {
            attributes.Add(NodeAttribute.Text("direction", "bidirectional"));
        }

        if (settings.Cell == RnnCell.Gru)
        {
            attributes.Add(NodeAttribute.Int("linear_before_reset", settings.ResetAfter ? 1 : 0));
        }

        attributes.AddRange(GateFunctions.Attributes(settings));
        (string type, int outputs) = settings.Cell switch
        {
            RnnCell.Lstm => ("LSTM", 3),
            RnnCell.Gru => ("GRU", 2),
            _ => ("RNN", 2),
        };
        return _graph.Node(type, outputs, [.. inputs], [.. attributes]);
    }

    // The part of a state [L D,B,H] that a layer starts from; empty: zeros.
    private string StateOf(PairedOperation operation, int place, int layer)
    {
        string state = InputOrNone(operation, place);
        RecurrentSettings settings = operation.Details<TracedRecurrence>().Settings;
        if (state.Length == 0 || settings.NumLayers == 1)
        {
            return state;
        }

        long first = layer * settings.Directions;
        return _graph.Node(
            "Slice",
            [state, _graph.Int64s(first), _graph.Int64s(first + settings.Directions), _graph.Int64s(0)]);
    }

    // Y [T,D,B,H] as the next layer takes it, [T,B,D H], or as the stack gives it.
    private string Sequences(string y, RecurrentSettings settings, bool last)
    {
        bool batchFirst = last && settings.BatchFirst;
        if (!settings.Bidirectional)
        {
            string squeezed = _graph.Node("Squeeze", [y, _graph.Int64s(1)]);
            return batchFirst ? Transpose(squeezed, 1, 0, 2) : squeezed;
        }

        string turned = batchFirst ? Transpose(y, 2, 0, 1, 3) : Transpose(y, 0, 2, 1, 3);
        return _graph.Node("Reshape", [turned, _graph.Int64s(0, 0, 2 * settings.HiddenSize)]);
    }

    // Null: ONNX has it.
    private static string? Unsupported(RecurrentSettings settings)
    {
        RecurrentOptions options = settings.Options;
        return settings.ProjectionSize > 0 ? "has a projection, which ONNX' LSTM lacks"
            : options.LayerNormalization ? "has layer normalisation in its cells, which ONNX' operators lack"
            : options.CellClip > 0 ? "limits its cell state, and ONNX limits what goes into the gates instead"
            : options.ZoneoutHidden > 0 || options.ZoneoutCell > 0 ? "has zoneout, which ONNX' operators lack"
            : options.CoupledGates && !GateFunctions.IsOdd(options.RecurrentActivation)
                ? "has coupled gates with a function f for which f(-a) is not 1 - f(a)"
            : null;
    }
}
