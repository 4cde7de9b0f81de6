using System.Globalization;
using NativeRnn.Formats;
using NativeRnn.Formats.Onnx;

namespace NativeRnn.Models;

/// <summary>What an ONNX file holds: the operators that have weights, and the weights.</summary>
internal static class OnnxInspection
{
    // A text in a table.
    private const int MaxText = 200;

    internal static ModelDescription Read(string path)
    {
        OnnxFile file = new(path);
        Dictionary<string, TensorDescription> tensors = new(StringComparer.Ordinal);
        foreach (TensorProto tensor in file.Graph.Initializer)
            tensors.TryAdd(tensor.Name, Describe(file, tensor));
        return new ModelDescription
        {
            Kind = ModelFileKind.Onnx,
            FormatVersion = string.Create(CultureInfo.InvariantCulture, $"{file.Model.IrVersion}, opset {file.Opset}"),
            Producer = $"{file.Model.ProducerName} {file.Model.ProducerVersion}".Trim() is { Length: > 0 } name ? name : null,
            HasArchitecture = true,
            Layers = Layers(file, tensors),
            Tensors = [.. tensors.Values],
            Metadata = Metadata(file),
        };
    }

    private static TensorDescription Describe(OnnxFile file, TensorProto tensor)
    {
        long length = 1;
        foreach (long size in tensor.Dims)
        {
            if (size is < 0 or > int.MaxValue || length * Math.Max(size, 1) > int.MaxValue)
                throw file.Wrong(
                    $"initializer {PrintableText.Of(tensor.Name)}",
                    $"the shape [{string.Join(", ", tensor.Dims)}] has a size below 0, or more than 2^31 elements");
            length *= size;
        }
        (string type, int bytes) = TypeOf(tensor.DataType);
        return TensorDescription.Of(
            tensor.Name, [.. tensor.Dims.Select(size => (int)size)], type, bytes);
    }

    private static LayerDescription[] Layers(OnnxFile file, Dictionary<string, TensorDescription> tensors) =>
    [
        .. from node in file.Graph.Node.Select((node, index) => (Node: node, Index: index))
           let own = node.Node.Input.Where(tensors.ContainsKey).Select(name => tensors[name]).ToArray()
           where own.Any(tensor => tensor is { IsFloat: true, Shape.Count: > 0 })
           select Describe(node.Node, node.Index, own),
    ];

    private static LayerDescription Describe(NodeProto node, int index, TensorDescription[] tensors)
    {
        Dictionary<string, string> settings = new(StringComparer.Ordinal);
        foreach (AttributeProto attribute in node.Attribute)
        {
            if (TextOf(attribute) is { } text)
                settings[attribute.Name] = text.Length > MaxText ? text[..MaxText] + "..." : text;
        }
        string path = node.Name.Length > 0
            ? node.Name
            : node.Output.FirstOrDefault(name => name.Length > 0) ?? index.ToString(CultureInfo.InvariantCulture);
        string? gates = node.OpType switch
        {
            "LSTM" => GateLayouts.OnnxLstm,
            "GRU" => GateLayouts.OnnxGru,
            _ => null,
        };
        return LayerDescription.Of(path, node.OpType, settings, OutputSizeOf(node, settings, tensors), gates, tensors);
    }

    private static int? OutputSizeOf(
        NodeProto node, Dictionary<string, string> settings, TensorDescription[] tensors)
    {
        TensorDescription? last = tensors.LastOrDefault(tensor => tensor.Shape.Count == 2);
        switch (node.OpType)
        {
            case "LSTM" or "GRU" or "RNN":
                int directions = settings.GetValueOrDefault("direction") == "bidirectional" ? 2 : 1;
                return JsonSettings.Size(settings, "hidden_size") * directions;
            case "Gemm":
                return last?.Shape[settings.GetValueOrDefault("transB") == "1" ? 0 : 1];
            case "MatMul":
                return last?.Shape[1];
            case "Gather":
                return last?.Shape[1];
            default:
                return null;
        }
    }

    private static string? TextOf(AttributeProto attribute)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (attribute.HasS)
            return PrintableText.Of(attribute.S.ToStringUtf8());
        if (attribute.HasI)
            return attribute.I.ToString(culture);
        if (attribute.HasF)
            return attribute.F.ToString(culture);
        if (attribute.Strings.Count > 0)
            return PrintableText.Of(string.Join(' ', attribute.Strings.Take(MaxText).Select(text => text.ToStringUtf8())));
        if (attribute.Ints.Count > 0)
            return $"[{string.Join(", ", attribute.Ints.Take(MaxText))}]";
        return attribute.Floats.Count > 0 ? $"[{string.Join(", ", attribute.Floats.Take(MaxText))}]" : null;
    }

    private static Dictionary<string, string> Metadata(OnnxFile file)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal)
        {
            ["operators"] = string.Join(", ", file.Graph.Node.GroupBy(node => node.OpType)
                .Select(group => $"{group.Count()} {PrintableText.Of(group.Key)}")),
        };
        foreach (StringStringEntryProto entry in file.Model.MetadataProps)
            metadata[entry.Key] = entry.Value;
        return metadata;
    }

    private static (string Name, int Bytes) TypeOf(TensorProto.Types.DataType type) => type switch
    {
        TensorProto.Types.DataType.Float => ("float32", 4),
        TensorProto.Types.DataType.Double => ("float64", 8),
        TensorProto.Types.DataType.Int64 or TensorProto.Types.DataType.Uint64 => ($"{type}".ToLowerInvariant(), 8),
        TensorProto.Types.DataType.Int32 or TensorProto.Types.DataType.Uint32 => ($"{type}".ToLowerInvariant(), 4),
        TensorProto.Types.DataType.Float16 or TensorProto.Types.DataType.Bfloat16
            or TensorProto.Types.DataType.Int16 or TensorProto.Types.DataType.Uint16 =>
            ($"{type}".ToLowerInvariant(), 2),
        _ => ($"{type}".ToLowerInvariant(), 1),
    };
}
