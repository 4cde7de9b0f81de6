using Google.Protobuf;
using NativeRnn.Formats.Onnx;
using DataType = NativeRnn.Formats.Onnx.TensorProto.Types.DataType;

namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>Numbers of every type, as bytes and in the lists that ONNX has for them.</summary>
public sealed class OnnxTensorTypeTests : OnnxTest
{
    [Fact]
    public void Floats_OfAnyWidth_BecomeFloat32()
    {
        float[] values = [1.5f, -0.25f, 3];
        ushort[] halves = Array.ConvertAll(values, value => BitConverter.HalfToUInt16Bits((Half)value));
        ushort[] brains = Array.ConvertAll(values, value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));

        Check(values, new TensorProto { DataType = DataType.Float, FloatData = { values } });
        Check(values, Raw(DataType.Float, values.SelectMany(BitConverter.GetBytes)));
        Check(
            values,
            new TensorProto { DataType = DataType.Double, DoubleData = { values.Select(value => (double)value) } });
        Check(values, Raw(DataType.Double, values.SelectMany(value => BitConverter.GetBytes((double)value))));
        Check(
            values,
            new TensorProto { DataType = DataType.Float16, Int32Data = { halves.Select(bits => (int)bits) } });
        Check(values, Raw(DataType.Float16, halves.SelectMany(BitConverter.GetBytes)));
        Check(
            values,
            new TensorProto { DataType = DataType.Bfloat16, Int32Data = { brains.Select(bits => (int)bits) } });
        Check(values, Raw(DataType.Bfloat16, brains.SelectMany(BitConverter.GetBytes)));
    }

    [Fact]
    public void Integers_OfAnyWidth_AreTheirNumbers()
    {
        float[] values = [3, -7, 100];
        int[] integers = Array.ConvertAll(values, value => (int)value);

        Check(
            values,
            new TensorProto { DataType = DataType.Int64, Int64Data = { integers.Select(value => (long)value) } });
        Check(values, Raw(DataType.Int64, integers.SelectMany(value => BitConverter.GetBytes((long)value))));
        Check(values, new TensorProto { DataType = DataType.Int32, Int32Data = { integers } });
        Check(values, Raw(DataType.Int32, integers.SelectMany(BitConverter.GetBytes)));
        Check(values, Raw(DataType.Int16, integers.SelectMany(value => BitConverter.GetBytes((short)value))));
        Check(values, Raw(DataType.Int8, integers.Select(value => unchecked((byte)value))));
        Check([3, 249, 100], Raw(DataType.Uint8, [3, 249, 100]));
        Check([3, 65000, 100], Raw(DataType.Uint16, new ushort[] { 3, 65000, 100 }.SelectMany(BitConverter.GetBytes)));
        Check([3, 1u << 31, 4], new TensorProto { DataType = DataType.Uint32, Uint64Data = { 3, 1ul << 31, 4 } });
        Check([3, 1u << 31, 4], Raw(DataType.Uint32, new uint[] { 3, 1u << 31, 4 }.SelectMany(BitConverter.GetBytes)));
    }

    [Fact]
    public void Booleans_AreZerosAndOnes()
    {
        Check([1, 0, 1], new TensorProto { DataType = DataType.Bool, Int32Data = { 1, 0, 1 } });
        Check([1, 0, 1], Raw(DataType.Bool, [1, 0, 1]));
    }

    private static TensorProto Raw(DataType type, IEnumerable<byte> bytes) =>
        new() { DataType = type, RawData = ByteString.CopyFrom([.. bytes]) };

    private void Check(float[] wanted, TensorProto tensor)
    {
        tensor.Dims.Add(3);
        tensor.Name = "t";
        OnnxGraph graph = new OnnxGraph().Input("x", [3]).CastOutput("t");
        graph.Proto.Graph.Initializer.Add(tensor);

        Assert.Equal(wanted, Load(graph).Forward(Tensor.Zeros([3], Device)).ToArray());
    }
}
