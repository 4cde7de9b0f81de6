using System.Buffers.Binary;
using System.Text;

namespace NativeRnn.Tests.Formats.PyTorch;

/// <summary>Writes a pickle opcode by opcode, also such as no pickler would write.</summary>
internal sealed class Pickle
{
    private readonly List<byte> _bytes = [];

    /// <summary>The protocol that torch.save writes.</summary>
    public static Pickle Protocol2 => new Pickle().Raw(0x80, 2);

    public byte[] ToArray() => [.. _bytes];

    public byte[] Stop() => Op('.').ToArray();

    public Pickle Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public Pickle Op(char opcode) => Raw((byte)opcode);

    /// <summary>Each character an opcode.</summary>
    public Pickle Ops(string opcodes) => Raw(Encoding.Latin1.GetBytes(opcodes));

    public Pickle Global(string module, string name) => Ops($"c{module}\n{name}\n");

    public Pickle Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return Op('X').UInt32((uint)utf8.Length).Raw(utf8);
    }

    /// <summary>LONG1, of 8 bytes.</summary>
    public Pickle Int(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(0x8a, 8).Raw(bytes);
    }

    public Pickle Ints(params long[] values)
    {
        Op('(');
        foreach (long value in values)
        {
            Int(value);
        }

        return Op('t');
    }

    public Pickle UInt32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public Pickle UInt64(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public Pickle Put(int slot) => Raw((byte)'q', (byte)slot);

    public Pickle Get(int slot) => Raw((byte)'h', (byte)slot);

    public Pickle Storage(string key, long length, string type = "FloatStorage") => Op('(')
        .Text("storage").Global("torch", type).Text(key).Text("cpu").Int(length).Ops("tQ");

    public Pickle Tensor(string key, long length, long offset, long[] sizes, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(')
            .Storage(key, length).Int(offset).Ints(sizes).Ints(strides)
            .Raw(0x89).Global("collections", "OrderedDict").Ops(")RtR");

    /// <summary>A dictionary of one tensor, "a".</summary>
    public static byte[] OneTensor(string key, long length, long offset, long[] sizes, long[] strides) =>
        Protocol2.Op('}').Text("a").Tensor(key, length, offset, sizes, strides).Op('s').Stop();
}
