using NativeRnn.Formats.Onnx;
using NativeRnn.Interop;

namespace NativeRnn.Models;

/// <content>Operations of tensors.</content>
internal sealed partial class GraphExport
{
    private const TensorProto.Types.DataType Floats = TensorProto.Types.DataType.Float;

    // Null: it is none of these.
    private string? TensorNode(PairedOperation operation) => operation.Kind switch
    {
        TracedKind.Same => Input(operation, 0),
        TracedKind.Binary => Binary(operation),
        TracedKind.Unary => Unary(operation.Details<NrnnUnaryOp>(), Input(operation, 0)),
        TracedKind.Affine => Affine(operation),
        TracedKind.Softmax => Softmax(operation),
        TracedKind.Where => _graph.Node(
            "Where",
            [AsBoolean(Input(operation, 0)), Input(operation, 1), Input(operation, 2)]),
        TracedKind.MatMul => _graph.Node("MatMul", [Input(operation, 0), Input(operation, 1)]),
        TracedKind.Sum or TracedKind.Mean or TracedKind.Max => Reduction(operation),
        TracedKind.ArgMax => _graph.Node(
            "Cast",
            [_graph.Node(
                "ArgMax",
                [Input(operation, 0)],
                NodeAttribute.Int("axis", operation.Details<int>()),
                NodeAttribute.Int("keepdims", 0))],
            NodeAttribute.To(TensorProto.Types.DataType.Int32)),
        TracedKind.Reshape => Reshape(operation),
        TracedKind.Permute => Transpose(Input(operation, 0), operation.Details<int[]>()),
        TracedKind.Broadcast => Broadcast(operation),
        TracedKind.Concat => _graph.Node(
            "Concat",
            [.. operation.Inputs.Select((_, place) => Input(operation, place))],
            NodeAttribute.Int("axis", operation.Details<int>())),
        TracedKind.Slice => Slice(operation),
        TracedKind.Gather => _graph.Node(
            "GatherElements",
            [Input(operation, 0), Input(operation, 1)],
            NodeAttribute.Int("axis", operation.Details<int>())),
        _ => null,
    };

    private string Binary(PairedOperation operation)
    {
        NrnnBinaryOp op = operation.Details<NrnnBinaryOp>();
        string name = _graph.Node(
            op switch
            {
                NrnnBinaryOp.Add => "Add",
                NrnnBinaryOp.Subtract => "Sub",
                NrnnBinaryOp.Multiply => "Mul",
                NrnnBinaryOp.Divide => "Div",
                NrnnBinaryOp.Greater => "Greater",
                NrnnBinaryOp.Less => "Less",
                _ => "Equal",
            },
            [Input(operation, 0), Input(operation, 1)]);
        return op >= NrnnBinaryOp.Greater ? _graph.Node("Cast", [name], NodeAttribute.To(Floats)) : name;
    }

    private string Unary(NrnnUnaryOp op, string x) => op switch
    {
        NrnnUnaryOp.Negate => _graph.Node("Neg", [x]),
        NrnnUnaryOp.Square => _graph.Node("Mul", [x, x]),
        NrnnUnaryOp.Gelu => Gelu(x),
        _ => _graph.Node($"{op}", [x]),
    };

    // x (1 + erf(x / sqrt 2)) / 2: the operator of this name came with opset 20.
    private string Gelu(string x)
    {
        string erf = _graph.Node("Erf", [_graph.Node("Mul", [x, _graph.Scalar(MathF.Sqrt(0.5f))])]);
        string doubled = _graph.Node("Mul", [x, _graph.Node("Add", [erf, _graph.Scalar(1)])]);
        return _graph.Node("Mul", [doubled, _graph.Scalar(0.5f)]);
    }

    private string Affine(PairedOperation operation)
    {
        (float scale, float shift) = operation.Details<(float, float)>();
        string name = Input(operation, 0);
        if (scale == -1)
        {
            name = _graph.Node("Neg", [name]);
        }
        else if (scale != 1)
        {
            name = _graph.Node("Mul", [name, _graph.Scalar(scale)]);
        }

        return shift == 0 ? name : _graph.Node("Add", [name, _graph.Scalar(shift)]);
    }

    private string Softmax(PairedOperation operation)
    {
        (int axis, bool logarithm) = operation.Details<(int, bool)>();
        return _graph.Node(
            logarithm ? "LogSoftmax" : "Softmax", [Input(operation, 0)], NodeAttribute.Int("axis", axis));
    }

    // Opset 17 has the axes of ReduceSum as an input, those of the others as an attribute.
    private string Reduction(PairedOperation operation)
    {
        TracedReduction over = operation.Details<TracedReduction>();
        AttributeProto keeps = NodeAttribute.Int("keepdims", over.Keeps ? 1 : 0);
        string x = Input(operation, 0);
        if (operation.Kind == TracedKind.Sum)
        {
            return _graph.Node("ReduceSum", [x, over.Axis is int axis ? _graph.Int64s(axis) : string.Empty], keeps);
        }

        string type = operation.Kind == TracedKind.Mean ? "ReduceMean" : "ReduceMax";
        return over.Axis is int along
            ? _graph.Node(type, [x], NodeAttribute.Ints("axes", along), keeps)
            : _graph.Node(type, [x], keeps);
    }

    // 0 is the size of this axis of the input, -1 what is left.
    private string Reshape(PairedOperation operation)
    {
        (TracedSize[] from, TracedSize[] to) = (operation.Inputs[0]!.Sizes, operation.Outputs[0].Sizes);
        long[] shape = [.. to.Select((size, axis) =>
            size.IsFixed ? size.First : axis < from.Length && from[axis] == size ? 0 : -1)];
        string target = shape.Count(size => size == -1) <= 1 ? _graph.Int64s(shape) : ShapeOf(operation, to);
        return _graph.Node("Reshape", [Input(operation, 0), target]);
    }

    // 1 leaves the input's size as it is.
    private string Broadcast(PairedOperation operation)
    {
        (TracedSize[] from, TracedSize[] to) = (operation.Inputs[0]!.Sizes, operation.Outputs[0].Sizes);
        int added = to.Length - from.Length;
        TracedSize[] shape = [.. to.Select((size, axis) =>
            axis >= added && from[axis - added] == size ? new TracedSize(1, 1, 1) : size)];
        return _graph.Node("Expand", [Input(operation, 0), ShapeOf(operation, shape)]);
    }

    private string Slice(PairedOperation operation)
    {
        TracedSlice[] trials = [.. operation.Trials.Select(trial => (TracedSlice)trial.Details!)];
        List<string> starts = [], ends = [];
        List<long> axes = [];
        TracedSize[] sizes = operation.Inputs[0]!.Sizes;
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            TracedSize start = TracedSize.Of(trial => trials[trial].Starts[axis]);
            TracedSize end = start + TracedSize.Of(trial => trials[trial].Counts[axis]);
            if (start != default || end != sizes[axis])
            {
                starts.Add(Place(operation, start, sizes[axis]));
                ends.Add(end == sizes[axis] ? _graph.Int64s(long.MaxValue) : Place(operation, end, sizes[axis]));
                axes.Add(axis);
            }
        }

        string name = Input(operation, 0);
        if (axes.Count > 0)
        {
            name = _graph.Node("Slice", [name, Joined(starts), Joined(ends), _graph.Int64s([.. axes])]);
        }

        long[] dropped = [.. Enumerable.Range(0, sizes.Length).Where(axis => trials[0].Drops[axis])];
        return dropped.Length == 0 ? name : _graph.Node("Squeeze", [name, _graph.Int64s(dropped)]);
    }

    // Counted from the end where that is what stays the same.
    private string Place(PairedOperation operation, TracedSize place, TracedSize size) =>
        !place.IsFixed && (place - size).IsFixed
            ? _graph.Int64s((place - size).First)
            : SizeOf(operation, place);

    private string Joined(List<string> parts) =>
        parts.Count == 1 ? parts[0] : _graph.Node("Concat", [.. parts], NodeAttribute.Int("axis", 0));

    private string AsBoolean(string x) =>
        _graph.Node("Cast", [x], NodeAttribute.To(TensorProto.Types.DataType.Bool));

    private string Transpose(string x, params ReadOnlySpan<int> axes) =>
        _graph.Node("Transpose", [x], NodeAttribute.Ints("perm", axes));
}
