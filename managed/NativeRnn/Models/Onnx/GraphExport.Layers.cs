using NativeRnn.Formats.Onnx;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <content>Layers that are one operation of a trace.</content>
internal sealed partial class GraphExport
{
    // Null: it is none of these.
    private string? LayerNode(PairedOperation operation) => operation.Kind switch
    {
        TracedKind.Linear => Linear(operation),
        TracedKind.Embedding => _graph.Node("Gather", [Input(operation, 0), Input(operation, 1)]),
        TracedKind.LayerNorm => LayerNorm(operation),
        TracedKind.Convolution => Convolution(operation),
        TracedKind.MaxPool => Pool("MaxPool", operation),
        TracedKind.AveragePool => Pool("AveragePool", operation),
        TracedKind.Delay => Delay(operation),
        _ => null,
    };

    private string Linear(PairedOperation operation)
    {
        (GraphValue x, GraphValue weight) = (operation.Inputs[0]!, operation.Inputs[1]!);
        string bias = InputOrNone(operation, 2);
        if (x.Rank == 2)
        {
            return _graph.Node(
                "Gemm", [Input(operation, 0), NameOf(weight, operation), bias], NodeAttribute.Int("transB", 1));
        }

        string product = _graph.Node("MatMul", [Input(operation, 0), Transposed(weight, operation)]);
        return bias.Length == 0 ? product : _graph.Node("Add", [product, bias]);
    }

    // A weight [O,I] as [I,O].
    private string Transposed(GraphValue weight, PairedOperation operation)
    {
        if (_transposed.TryGetValue(weight, out string? known))
        {
            return known;
        }

        string name;
        if (weight.IsConstant && weight.IsTheSame())
        {
            (int rows, int columns) = (weight.Tensor.Shape[0], weight.Tensor.Shape[1]);
            float[] values = weight.Tensor.ToArray();
            float[] turned = new float[values.Length];
            for (int place = 0; place < values.Length; place++)
            {
                turned[(place % columns * rows) + (place / columns)] = values[place];
            }

            string wanted = _names.NameOf(weight.Tensor) ?? "constant";
            name = _graph.Floats($"{wanted}_transposed", turned, columns, rows);
        }
        else
        {
            name = Transpose(NameOf(weight, operation), 1, 0);
        }

        _transposed.Add(weight, name);
        return name;
    }

    private string LayerNorm(PairedOperation operation)
    {
        int size = operation.Inputs[0]!.Sizes[^1].First;
        string scale = InputOrNone(operation, 1);
        if (scale.Length == 0)
        {
            scale = _graph.Floats("ones", [.. Enumerable.Repeat(1f, size)], size);
        }

        return _graph.Node(
            "LayerNormalization",
            [Input(operation, 0), scale, InputOrNone(operation, 2)],
            NodeAttribute.Int("axis", -1),
            NodeAttribute.Float("epsilon", operation.Details<float>()));
    }

    private string Convolution(PairedOperation operation)
    {
        TracedConvolution details = operation.Details<TracedConvolution>();
        string y = _graph.Node(
            "Conv",
            [Transpose(Input(operation, 0), 0, 2, 1), Input(operation, 1), InputOrNone(operation, 2)],
            [
                .. WindowAttributes(operation, details.Window),
                NodeAttribute.Ints("dilations", details.Window.Dilation),
                NodeAttribute.Int("group", details.Groups),
            ]);
        return Transpose(y, 0, 2, 1);
    }

    private string Pool(string type, PairedOperation operation) => Transpose(
        _graph.Node(
            type,
            [Transpose(Input(operation, 0), 0, 2, 1)],
            [.. WindowAttributes(operation, operation.Details<TimeWindow>())]),
        0, 2, 1);

    // Same padding of a stride above 1 depends on the steps: there ONNX has the same rule as this library.
    private AttributeProto[] WindowAttributes(PairedOperation operation, TimeWindow window)
    {
        int reach = (window.Kernel - 1) * window.Dilation;
        AttributeProto padding = window.Padding switch
        {
            TimePadding.Same when window.Stride == 1 =>
                NodeAttribute.Ints("pads", reach / 2, reach - (reach / 2)),
            TimePadding.Same when window.Dilation == 1 => NodeAttribute.Text("auto_pad", "SAME_UPPER"),
            TimePadding.Same => throw _names.Refuse(
                operation, "has Same padding with both a stride and a dilation, which runtimes refuse"),
            TimePadding.Causal => NodeAttribute.Ints("pads", reach, 0),
            _ => NodeAttribute.Ints("pads", 0, 0),
        };
        return
        [
            NodeAttribute.Ints("kernel_shape", window.Kernel),
            NodeAttribute.Ints("strides", window.Stride),
            padding,
        ];
    }

    private string Delay(PairedOperation operation)
    {
        string x = Input(operation, 0);
        string first = _graph.Node(
            "Expand",
            [
                _graph.Int32(operation.Details<int>()),
                ShapeOf(operation, [operation.Outputs[0].Sizes[0], new TracedSize(1, 1, 1)]),
            ]);
        string rest = _graph.Node(
            "Slice", [x, _graph.Int64s(0), _graph.Int64s(-1), _graph.Int64s(1)]);
        return _graph.Node("Concat", [first, rest], NodeAttribute.Int("axis", 1));
    }
}
