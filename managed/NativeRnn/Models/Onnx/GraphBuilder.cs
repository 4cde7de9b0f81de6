using System.Runtime.InteropServices;
using Google.Protobuf;
using NativeRnn.Formats.Onnx;

namespace NativeRnn.Models;

/// <summary>A graph that grows node by node; names are unique in it.</summary>
internal sealed class GraphBuilder
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _shared = new(StringComparer.Ordinal);

    internal GraphProto Graph { get; } = new();

    /// <summary>What the names of nodes begin with: the layer that they are of.</summary>
    internal string Scope { get; set; } = string.Empty;

    /// <summary>A name of its own, as near to the wanted one as can be.</summary>
    internal string Reserve(string wanted)
    {
        string name = wanted;
        for (int count = 1; !_names.Add(name); count++)
        {
            name = $"{wanted}_{count}";
        }

        return name;
    }

    /// <summary>A node with one output, whose name it returns. An input without a name is left out.</summary>
    internal string Node(
        string type, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        Node(type, 1, inputs, attributes)[0];

    /// <summary>A node with several outputs.</summary>
    internal string[] Node(
        string type, int outputs, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        string name = Reserve(Scope.Length == 0 ? type : $"{Scope}/{type}");
        NodeProto node = new() { OpType = type, Name = name };
        foreach (string input in inputs)
        {
            node.Input.Add(input);
        }

        while (node.Input.Count > 0 && node.Input[^1].Length == 0)
        {
            node.Input.RemoveAt(node.Input.Count - 1);
        }

        foreach (AttributeProto attribute in attributes)
        {
            node.Attribute.Add(attribute);
        }

        string[] names = outputs == 1
            ? [name]
            : [.. Enumerable.Range(0, outputs).Select(place => Reserve($"{name}.{place}"))];
        node.Output.Add(names);
        Graph.Node.Add(node);
        return names;
    }

    internal string Floats(string wanted, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape) =>
        Add(wanted, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(values), shape);

    internal string Int32s(string wanted, ReadOnlySpan<int> values, params ReadOnlySpan<int> shape) =>
        Add(wanted, TensorProto.Types.DataType.Int32, MemoryMarshal.AsBytes(values), shape);

    /// <summary>A list of numbers, once however often it is asked for.</summary>
    internal string Int64s(params ReadOnlySpan<long> values)
    {
        string key = $"[{string.Join(',', values.ToArray())}]";
        if (!_shared.TryGetValue(key, out string? name))
        {
            name = Add("ints", TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes(values), [values.Length]);
            _shared.Add(key, name);
        }

        return name;
    }

    /// <summary>A number without axes, once however often it is asked for.</summary>
    internal string Scalar(float value)
    {
        string key = $"f{BitConverter.SingleToInt32Bits(value)}";
        if (!_shared.TryGetValue(key, out string? name))
        {
            name = Floats("scalar", [value]);
            _shared.Add(key, name);
        }

        return name;
    }

    /// <summary>An int32 without axes, once however often it is asked for.</summary>
    internal string Int32(int value)
    {
        string key = $"i{value}";
        if (!_shared.TryGetValue(key, out string? name))
        {
            name = Int32s("scalar", [value]);
            _shared.Add(key, name);
        }

        return name;
    }

    private string Add(
        string wanted, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> shape)
    {
        TensorProto tensor = new()
        {
            Name = Reserve(wanted),
            DataType = type,
            RawData = ByteString.CopyFrom(bytes),
        };
        foreach (int size in shape)
        {
            tensor.Dims.Add(size);
        }

        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }
}
