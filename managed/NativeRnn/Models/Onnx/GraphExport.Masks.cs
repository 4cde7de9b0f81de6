using NativeRnn.Formats.Onnx;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <content>Which steps count, and their order.</content>
internal sealed partial class GraphExport
{
    // Null: it is none of these.
    private string? MaskNode(PairedOperation operation) => operation.Kind switch
    {
        TracedKind.Reverse => Reverse(operation),
        TracedKind.LengthMask => LengthMask(operation),
        TracedKind.CausalMask => CausalMask(operation),
        TracedKind.MaskedMean => MaskedMean(operation),
        TracedKind.StepMask => StepMask(operation),
        TracedKind.StepCounts => _graph.Node(
            "Cast",
            [_graph.Node(
                "ReduceSum", [Input(operation, 0), _graph.Int64s(1)], NodeAttribute.Int("keepdims", 0))],
            NodeAttribute.To(TensorProto.Types.DataType.Int32)),
        TracedKind.Order => Order(operation),
        _ => null,
    };

    private string Reverse(PairedOperation operation)
    {
        int time = operation.Details<bool>() ? 1 : 0;
        string lengths = InputOrNone(operation, 1);
        return lengths.Length == 0
            ? _graph.Node(
                "Slice",
                [
                    Input(operation, 0), _graph.Int64s(-1), _graph.Int64s(long.MinValue), _graph.Int64s(time),
                    _graph.Int64s(-1),
                ])
            : _graph.Node(
                "ReverseSequence",
                [
                    Input(operation, 0),
                    _graph.Node("Cast", [lengths], NodeAttribute.To(TensorProto.Types.DataType.Int64)),
                ],
                NodeAttribute.Int("time_axis", time),
                NodeAttribute.Int("batch_axis", 1 - time));
    }

    // The numbers 0 .. T-1 that are below each row's length.
    private string LengthMask(PairedOperation operation)
    {
        string steps = _graph.Node(
            "Cast",
            [_graph.Node("Squeeze", [SizeOf(operation, operation.Outputs[0].Sizes[1])])],
            NodeAttribute.To(TensorProto.Types.DataType.Int32));
        string places = _graph.Node("Range", [_graph.Int32(0), steps, _graph.Int32(1)]);
        string lengths = _graph.Node("Unsqueeze", [Input(operation, 0), _graph.Int64s(1)]);
        return _graph.Node("Cast", [_graph.Node("Less", [places, lengths])], NodeAttribute.To(Floats));
    }

    private string CausalMask(PairedOperation operation)
    {
        string ones = _graph.Node(
            "Expand", [_graph.Scalar(1), ShapeOf(operation, operation.Outputs[0].Sizes)]);
        return _graph.Node("Trilu", [ones], NodeAttribute.Int("upper", 0));
    }

    private string MaskedMean(PairedOperation operation)
    {
        string valid = Input(operation, 1);
        string counts = _graph.Node(
            "ReduceSum", [valid, _graph.Int64s(1)], NodeAttribute.Int("keepdims", 1));
        string kept = _graph.Node(
            "Where",
            [
                AsBoolean(_graph.Node("Unsqueeze", [valid, _graph.Int64s(2)])), Input(operation, 0),
                _graph.Scalar(0),
            ]);
        string sum = _graph.Node("ReduceSum", [kept, _graph.Int64s(1)], NodeAttribute.Int("keepdims", 0));
        return _graph.Node("Div", [sum, _graph.Node("Max", [counts, _graph.Scalar(1)])]);
    }

    // 1 less than what all numbers of a step have in common.
    private string StepMask(PairedOperation operation)
    {
        GraphValue x = operation.Inputs[0]!;
        float value = operation.Details<float>();
        string padding = x.Tensor.DType == DType.Int32 ? _graph.Int32((int)value) : _graph.Scalar(value);
        string equal = _graph.Node(
            "Cast", [_graph.Node("Equal", [Input(operation, 0), padding])], NodeAttribute.To(Floats));
        if (x.Rank > 2)
        {
            equal = _graph.Node(
                "ReduceMin",
                [equal],
                NodeAttribute.Ints("axes", [.. Enumerable.Range(2, x.Rank - 2)]),
                NodeAttribute.Int("keepdims", 0));
        }

        return _graph.Node("Sub", [_graph.Scalar(1), equal]);
    }

    // The steps sorted: first those that count, by their place or from the last, then the others. Sorting the places
    // that come out tells where each step went to.
    private string Order(PairedOperation operation)
    {
        TracedOrder order = operation.Details<TracedOrder>();
        GraphValue valid = operation.Inputs[1]!;
        string steps = _graph.Node(
            "Cast",
            [_graph.Node("Squeeze", [SizeOf(operation, valid.Sizes[1])])],
            NodeAttribute.To(Floats));
        string places = _graph.Node("Range", [_graph.Scalar(0), steps, _graph.Scalar(1)]);
        string keys = _graph.Node(
            "Where",
            [
                AsBoolean(NameOf(valid, operation)),
                order.Reversed ? _graph.Node("Sub", [steps, places]) : places,
                _graph.Node("Add", [_graph.Node("Add", [steps, places]), _graph.Scalar(1)]),
            ]);
        string sorted = Sorted(operation, keys, valid.Sizes[1]);
        if (order.Back)
        {
            sorted = Sorted(
                operation, _graph.Node("Cast", [sorted], NodeAttribute.To(Floats)), valid.Sizes[1]);
        }

        int[] turn = [1, 0, .. Enumerable.Range(2, operation.Inputs[0]!.Rank - 2)];
        string x = Input(operation, 0);
        string y = _graph.Node(
            "GatherND",
            [order.BatchFirst ? x : Transpose(x, turn), _graph.Node("Unsqueeze", [sorted, _graph.Int64s(2)])],
            NodeAttribute.Int("batch_dims", 1));
        return order.BatchFirst ? y : Transpose(y, turn);
    }

    // Where along the last axis the least stands, then the next, ...
    private string Sorted(PairedOperation operation, string keys, TracedSize count) => _graph.Node(
        "TopK", 2, [keys, SizeOf(operation, count)], NodeAttribute.Int("largest", 0))[1];
}
