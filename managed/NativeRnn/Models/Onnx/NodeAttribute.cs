using Google.Protobuf;
using NativeRnn.Formats.Onnx;
using static NativeRnn.Formats.Onnx.AttributeProto.Types;

namespace NativeRnn.Models;

/// <summary>Attributes of nodes.</summary>
internal static class NodeAttribute
{
    internal static AttributeProto Int(string name, long value) =>
        new() { Name = name, Type = AttributeType.Int, I = value };

    internal static AttributeProto Float(string name, float value) =>
        new() { Name = name, Type = AttributeType.Float, F = value };

    internal static AttributeProto Text(string name, string value) =>
        new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    internal static AttributeProto Ints(string name, params ReadOnlySpan<int> values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeType.Ints };
        foreach (int value in values)
        {
            attribute.Ints.Add(value);
        }

        return attribute;
    }

    internal static AttributeProto Floats(string name, IEnumerable<float> values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeType.Floats };
        attribute.Floats.Add(values);
        return attribute;
    }

    internal static AttributeProto Texts(string name, IEnumerable<string> values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeType.Strings };
        attribute.Strings.Add(values.Select(ByteString.CopyFromUtf8));
        return attribute;
    }

    /// <summary>The element type that Cast makes.</summary>
    internal static AttributeProto To(TensorProto.Types.DataType type) => Int("to", (long)type);
}
