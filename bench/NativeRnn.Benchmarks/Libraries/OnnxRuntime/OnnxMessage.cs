using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Benchmarks;

/// <summary>A protobuf message, field by field; numbers and types as in onnx.proto.</summary>
internal sealed class OnnxMessage
{
    private readonly List<Action<CodedOutputStream>> _fields = [];

    public OnnxMessage Int(int field, long value) => Add(field, WireFormat.WireType.Varint,
        output => output.WriteInt64(value));

    public OnnxMessage Text(int field, string value) => Add(field, WireFormat.WireType.LengthDelimited,
        output => output.WriteString(value));

    public OnnxMessage Data<T>(int field, T[] values)
        where T : unmanaged => Bytes(field, MemoryMarshal.AsBytes(values.AsSpan()));

    public OnnxMessage Part(int field, OnnxMessage part) => Bytes(field, part.ToArray());

    public OnnxMessage Ints(int field, IEnumerable<long> values) =>
        values.Aggregate(this, (message, value) => message.Int(field, value));

    public OnnxMessage Texts(int field, IEnumerable<string> values) =>
        values.Aggregate(this, (message, value) => message.Text(field, value));

    public OnnxMessage Parts(int field, IEnumerable<OnnxMessage> parts) =>
        parts.Aggregate(this, (message, part) => message.Part(field, part));

    public byte[] ToArray()
    {
        using MemoryStream bytes = new();
        using CodedOutputStream output = new(bytes);
        _fields.ForEach(write => write(output));
        output.Flush();
        return bytes.ToArray();
    }

    private OnnxMessage Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        ByteString copy = ByteString.CopyFrom(bytes);
        return Add(field, WireFormat.WireType.LengthDelimited, output => output.WriteBytes(copy));
    }

    private OnnxMessage Add(
        int field, WireFormat.WireType type, Action<CodedOutputStream> write)
    {
        _fields.Add(output =>
        {
            output.WriteTag(field, type);
            write(output);
        });
        return this;
    }
}
