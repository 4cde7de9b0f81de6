using Google.Protobuf;
using NativeRnn.Formats.Onnx;
using NativeRnn.Tests.Tensors;
using AttributeType = NativeRnn.Formats.Onnx.AttributeProto.Types.AttributeType;
using DataType = NativeRnn.Formats.Onnx.TensorProto.Types.DataType;

namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>An ONNX file, written node by node, and inputs to run it with.</summary>
internal sealed class OnnxGraph
{
    private readonly List<(string Name, HostArray Values)> _floats = [];
    private readonly List<(string Name, int[] Values, int[] Shape)> _integers = [];

    public OnnxGraph(long opset = 17)
    {
        Proto = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "graph" } };
        Proto.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
    }

    public ModelProto Proto { get; }

    /// <summary>An input of random floats.</summary>
    public OnnxGraph Input(string name, int[] shape, bool positive = false, bool free = false)
    {
        _floats.Add((name, HostArray.Random(shape, 3 + name.Length + _floats.Count, positive)));
        Proto.Graph.Input.Add(Value(name, DataType.Float, shape, free));
        return this;
    }

    /// <summary>An input of int32.</summary>
    public OnnxGraph Integers(string name, int[] values, params int[] shape)
    {
        _integers.Add((name, values, shape));
        Proto.Graph.Input.Add(Value(name, DataType.Int32, shape, free: false));
        return this;
    }

    /// <summary>Random floats that the file holds.</summary>
    public OnnxGraph Weight(string name, params int[] shape) =>
        Weight(name, HostArray.Random(shape, 17 + name.Length + Proto.Graph.Initializer.Count));

    /// <summary>Floats that the file holds.</summary>
    public OnnxGraph Weight(string name, HostArray values)
    {
        Proto.Graph.Initializer.Add(Tensor(name, values));
        return this;
    }

    /// <summary>One float that the file holds.</summary>
    public OnnxGraph Number(string name, float value) => Weight(name, new HostArray([value], []));

    /// <summary>64-bit integers of one axis that the file holds.</summary>
    public OnnxGraph Line(string name, params long[] values)
    {
        TensorProto tensor = new() { Name = name, DataType = DataType.Int64, Dims = { values.Length } };
        tensor.Int64Data.Add(values);
        Proto.Graph.Initializer.Add(tensor);
        return this;
    }

    /// <summary>One 64-bit integer that the file holds.</summary>
    public OnnxGraph Scalar(string name, long value)
    {
        Proto.Graph.Initializer.Add(
            new TensorProto { Name = name, DataType = DataType.Int64, Int64Data = { value } });
        return this;
    }

    /// <summary>A node; inputs and outputs are names with commas between them.</summary>
    public OnnxGraph Node(
        string @operator, string inputs, string outputs, params (string Name, object Value)[] attributes)
    {
        string name = $"{@operator.ToLowerInvariant()}_{Proto.Graph.Node.Count}";
        NodeProto node = new() { OpType = @operator, Name = name };
        if (inputs.Length > 0)
            node.Input.Add(inputs.Split(','));
        node.Output.Add(outputs.Split(','));
        node.Attribute.Add(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        Proto.Graph.Node.Add(node);
        return this;
    }

    /// <summary>Outputs of floats; names with commas between them.</summary>
    public OnnxGraph Output(string names)
    {
        foreach (string name in names.Split(','))
        {
            Proto.Graph.Output.Add(new ValueInfoProto
            {
                Name = name,
                Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = DataType.Float } },
            });
        }

        return this;
    }

    /// <summary>An output of integers or booleans, as floats.</summary>
    public OnnxGraph CastOutput(string name) =>
        Node("Cast", name, name + "_floats", ("to", (long)DataType.Float)).Output(name + "_floats");

    public string Save(string path)
    {
        File.WriteAllBytes(path, Proto.ToByteArray());
        return path;
    }

    public Dictionary<string, Tensor> InputsOn(Device device)
    {
        Dictionary<string, Tensor> inputs = [];
        foreach ((string name, HostArray values) in _floats)
            inputs.Add(name, values.On(device));
        foreach ((string name, int[] values, int[] shape) in _integers)
            inputs.Add(name, NativeRnn.Tensor.From(values, shape, device));
        return inputs;
    }

    private static TensorProto Tensor(string name, HostArray values)
    {
        TensorProto tensor = new() { Name = name, DataType = DataType.Float };
        tensor.Dims.Add(values.Shape.Select(size => (long)size));
        tensor.FloatData.Add(values.Values);
        return tensor;
    }

    private static ValueInfoProto Value(string name, DataType type, int[] shape, bool free)
    {
        TensorShapeProto sizes = new();
        for (int axis = 0; axis < shape.Length; axis++)
        {
            sizes.Dim.Add(free
                ? new TensorShapeProto.Types.Dimension { DimParam = $"size{axis}" }
                : new TensorShapeProto.Types.Dimension { DimValue = shape[axis] });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = sizes } },
        };
    }

    private static AttributeProto Attribute(string name, object value)
    {
        AttributeProto attribute = new() { Name = name };
        switch (value)
        {
            case long integer:
                (attribute.Type, attribute.I) = (AttributeType.Int, integer);
                break;
            case float number:
                (attribute.Type, attribute.F) = (AttributeType.Float, number);
                break;
            case string text:
                (attribute.Type, attribute.S) = (AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case long[] integers:
                attribute.Type = AttributeType.Ints;
                attribute.Ints.Add(integers);
                break;
            case float[] numbers:
                attribute.Type = AttributeType.Floats;
                attribute.Floats.Add(numbers);
                break;
            case string[] texts:
                attribute.Type = AttributeType.Strings;
                attribute.Strings.Add(texts.Select(ByteString.CopyFromUtf8));
                break;
            case TensorProto tensor:
                (attribute.Type, attribute.T) = (AttributeType.Tensor, tensor);
                break;
            case GraphProto graph:
                (attribute.Type, attribute.G) = (AttributeType.Graph, graph);
                break;
            default:
                throw new ArgumentException($"{value.GetType()} is no attribute's type", nameof(value));
        }

        return attribute;
    }
}
