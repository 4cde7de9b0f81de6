using Google.Protobuf.Collections;
using NativeRnn.Formats.Onnx;

namespace NativeRnn.Models;

/// <summary>
/// Makes a graph of a trace. Only what the outputs need comes in. What depends on no input is a constant: its numbers
/// stand in the graph if they are the same for all sizes, else what computes it.
/// </summary>
internal sealed partial class GraphExport
{
    private readonly GraphBuilder _graph = new();
    private readonly GraphSizes _sizes;
    private readonly ModelNames _names;
    private readonly TrialSizes _trials;
    private readonly Dictionary<GraphValue, string> _transposed = [];
    private readonly HashSet<GraphValue> _needed = [];

    private GraphExport(ModelNames names, TrialSizes trials)
    {
        (_names, _trials) = (names, trials);
        _sizes = new GraphSizes(_graph);
    }

    internal static GraphProto Of(
        string name, IReadOnlyList<OnnxInput> inputs, TrialSizes trials, PairedTrace trace, ModelNames names)
    {
        GraphExport export = new(names, trials);
        GraphProto graph = export._graph.Graph;
        graph.Name = name;
        for (int place = 0; place < inputs.Count; place++)
        {
            GraphValue value = trace.Inputs[place];
            value.Name = export._graph.Reserve(inputs[place].Name);
            graph.Input.Add(export.Describe(value, value.Name));
            export._sizes.Learn(value);
        }

        foreach ((string output, _) in trace.Outputs)
        {
            export._graph.Reserve(output);
        }

        export.Mark(trace);
        foreach (PairedOperation operation in trace.Operations)
        {
            if (!operation.IsConstant && Array.Exists(operation.Outputs, export._needed.Contains))
            {
                export.Emit(operation);
            }
        }

        export.NameOutputs(trace.Outputs);
        return graph;
    }

    private void Mark(PairedTrace trace)
    {
        foreach ((_, GraphValue value) in trace.Outputs)
        {
            _needed.Add(value);
        }

        foreach (PairedOperation operation in Enumerable.Reverse(trace.Operations))
        {
            if (Array.Exists(operation.Outputs, _needed.Contains))
            {
                _needed.UnionWith(operation.Inputs.OfType<GraphValue>());
            }
        }
    }

    // An output that a node makes is called so there; others are copied.
    private void NameOutputs((string Name, GraphValue Value)[] outputs)
    {
        Dictionary<string, string> renamed = new(StringComparer.Ordinal);
        foreach ((string name, GraphValue value) in outputs)
        {
            string made = NameOf(value, null);
            bool isNodes = _graph.Graph.Node.Any(node => node.Output.Contains(made));
            if (!isNodes || !renamed.TryAdd(made, name))
            {
                NodeProto copy = new() { OpType = "Identity", Name = _graph.Reserve($"{name}/Identity") };
                copy.Input.Add(made);
                copy.Output.Add(name);
                _graph.Graph.Node.Add(copy);
            }

            _graph.Graph.Output.Add(Describe(value, name));
        }

        foreach (NodeProto node in _graph.Graph.Node)
        {
            Rename(node.Input, renamed);
            Rename(node.Output, renamed);
        }
    }

    private static void Rename(RepeatedField<string> names, Dictionary<string, string> renamed)
    {
        for (int place = 0; place < names.Count; place++)
        {
            names[place] = renamed.GetValueOrDefault(names[place], names[place]);
        }
    }

    // Sizes that are no free axis' own get a name that stands for nothing else.
    private ValueInfoProto Describe(GraphValue value, string name)
    {
        TensorShapeProto shape = new();
        for (int axis = 0; axis < value.Rank; axis++)
        {
            TracedSize size = value.Sizes[axis];
            shape.Dim.Add(size.IsFixed
                ? new TensorShapeProto.Types.Dimension { DimValue = size.First }
                : new TensorShapeProto.Types.Dimension { DimParam = _trials.NameOf(size) ?? $"{name}_{axis}" });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor
                {
                    ElemType = value.Tensor.DType == DType.Int32
                        ? TensorProto.Types.DataType.Int32
                        : TensorProto.Types.DataType.Float,
                    Shape = shape,
                },
            },
        };
    }

    /// <summary>The name of a value that is in the graph, or is put there now.</summary>
    private string NameOf(GraphValue value, PairedOperation? user)
    {
        if (value.Name is null)
        {
            if (value.IsTheSame())
            {
                value.Name = Constant(value);
            }
            else if (value.Producer is PairedOperation producer)
            {
                Emit(producer);
            }
            else if (value.Fill() is float fill && _sizes.Shape(value.Sizes) is string shape)
            {
                value.Name = _graph.Node("Expand", [_graph.Scalar(fill), shape]);
                _sizes.Learn(value);
            }
            else
            {
                throw _names.Refuse(
                    user, "computes with numbers that the host has made, other ones for each size or input");
            }
        }

        return value.Name!;
    }

    private string Constant(GraphValue value)
    {
        string wanted = _names.NameOf(value.Tensor) ?? "constant";
        return value.Tensor.DType == DType.Int32
            ? _graph.Int32s(wanted, value.Tensor.ToInt32Array(), value.Tensor.Shape)
            : _graph.Floats(wanted, value.Tensor.ToArray(), value.Tensor.Shape);
    }

    private void Emit(PairedOperation operation)
    {
        string before = _graph.Scope;
        _graph.Scope = _names.PathOf(operation);
        if (operation.Kind == TracedKind.Recurrent)
        {
            Recurrent(operation);
        }
        else
        {
            GraphValue output = operation.Outputs[0];
            output.Name = TensorNode(operation) ?? LayerNode(operation) ?? MaskNode(operation)
                ?? throw _names.Refuse(operation, operation.Details<string>());
        }

        foreach (GraphValue output in operation.Outputs)
        {
            if (output.Name is not null)
            {
                _sizes.Learn(output);
            }
        }

        _graph.Scope = before;
    }

    private string Input(PairedOperation operation, int place) => NameOf(operation.Inputs[place]!, operation);

    // Empty: the input is left out.
    private string InputOrNone(PairedOperation operation, int place) =>
        operation.Inputs[place] is GraphValue value ? NameOf(value, operation) : string.Empty;

    private string ShapeOf(PairedOperation operation, ReadOnlySpan<TracedSize> sizes) =>
        _sizes.Shape(sizes) ?? throw UnknownSize(operation);

    private string SizeOf(PairedOperation operation, TracedSize size) =>
        _sizes.One(size) ?? throw UnknownSize(operation);

    private NotSupportedException UnknownSize(PairedOperation operation) => _names.Refuse(
        operation, "needs a size that is no multiple, sum or product of the sizes of its inputs' axes");
}
