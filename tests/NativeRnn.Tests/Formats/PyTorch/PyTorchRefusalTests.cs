using NativeRnn.Formats;

namespace NativeRnn.Tests.Formats.PyTorch;

/// <summary>Pickles that want code run, or that lie: refused with the place and the name.</summary>
public sealed class PyTorchRefusalTests : IDisposable
{
    private const long Huge = 1L << 62;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"nativernn-{Guid.NewGuid():N}.pt");

    public void Dispose() => File.Delete(_path);

    private static Pickle Start => Pickle.Protocol2;

    // Globals, calls and objects.
    public static TheoryData<string, byte[]> Code() => new()
    {
        { "'os.system'", Start.Global("os", "system").Text("true").Raw(0x85).Op('R').Stop() },
        { "'posix.system'", Start.Text("posix").Text("system").Raw(0x93).Stop() },
        { "'builtins.eval'", Start.Global("builtins", "eval").Stop() },
        { "'builtins.getattr'", Start.Global("builtins", "getattr").Stop() },
        { "'torch.storage._load_from_bytes'", Start.Global("torch.storage", "_load_from_bytes").Stop() },
        { "'torch.jit.load'", Start.Global("torch.jit", "load").Stop() },
        { "'torch.hub.load'", Start.Global("torch", "hub.load").Stop() },
        { "'collections.OrderedDict.fromkeys'", Start.Global("collections", "OrderedDict.fromkeys").Stop() },
        { "'__main__.Net'", Start.Global("__main__", "Net").Op(')').Raw(0x81).Op('}').Op('b').Stop() },
        { "state_dict()", Start.Global("torch.nn.modules.rnn", "LSTM").Op(')').Raw(0x81).Stop() },
        { "'a?b.c'", Start.Global("a\u0007b", "c").Stop() },
        { "should be a text", Start.Int(1).Text("system").Raw(0x93).Stop() },
        { "does not end", Start.Ops("c" + new string('a', 300) + "\nb\n").Stop() },
        { "REDUCE calls torch.float32", Start.Global("torch", "float32").Ops(")R").Stop() },
        { "REDUCE calls torch.FloatStorage", Start.Global("torch", "FloatStorage").Ops(")R").Stop() },
        { "REDUCE calls 1", Start.Int(1).Ops(")R").Stop() },
        { "REDUCE calls 'os.system'", Start.Text("os.system").Ops(")R").Stop() },
        { "should be a tuple", Start.Global("torch", "Size").Ops("]R").Stop() },
        { "NEWOBJ", Start.Global("collections", "OrderedDict").Op(')').Raw(0x81).Stop() },
        { "NEWOBJ", Start.Global("argparse", "Namespace").Int(1).Raw(0x85, 0x81).Stop() },
        { "BUILD gives Dictionary of 0", Start.Ops("}}b").Stop() },
        { "BUILD gives torch.float32", Start.Global("torch", "float32").Ops("}b").Stop() },
        { "BUILD", Start.Global("collections", "OrderedDict").Ops(")R]b").Stop() },
        { "BUILD gives numpy.f8", Numpy("f8").Op('(').Int(3).Text(">").Ops("tb").Stop() },
        { "'O8'", Numpy("O8").Stop() },
        { "8 bytes", Start.Global("numpy.core.multiarray", "scalar").Op('(')
            .Global("numpy", "dtype").Text("f8").Raw(0x85).Op('R').Raw((byte)'C', 1, 0).Ops("tR").Stop() },
        { "torch.device", Start.Global("torch", "device").Text(new string('a', 33)).Raw(0x85).Op('R').Stop() },
        { "latin1", Start.Global("_codecs", "encode").Text("a").Text("rot13").Raw(0x86).Op('R').Stop() },
    };

    // Opcodes that torch.save does not write.
    public static TheoryData<string, byte[]> Opcodes() => new()
    {
        { "POP (0x30)", Start.Ops("N0").Stop() },
        { "POP_MARK (0x31)", Start.Ops("(1").Stop() },
        { "DUP (0x32)", Start.Ops("N2").Stop() },
        { "FLOAT (0x46)", Start.Ops("F1.0\n").Stop() },
        { "INT (0x49)", Start.Ops("I1\n").Stop() },
        { "LONG (0x4c)", Start.Ops("L1L\n").Stop() },
        { "PERSID (0x50)", Start.Ops("P0\n").Stop() },
        { "STRING (0x53)", Start.Ops("S'a'\n").Stop() },
        { "BINSTRING (0x54)", Start.Ops("T\u0001\0\0\0a").Stop() },
        { "SHORT_BINSTRING (0x55)", Start.Ops("U\u0001a").Stop() },
        { "UNICODE (0x56)", Start.Ops("Va\n").Stop() },
        { "DICT (0x64)", Start.Ops("(d").Stop() },
        { "GET (0x67)", Start.Ops("g0\n").Stop() },
        { "INST (0x69)", Start.Ops("(ios\nsystem\n").Stop() },
        { "LIST (0x6c)", Start.Ops("(l").Stop() },
        { "OBJ (0x6f)", Start.Op('(').Global("argparse", "Namespace").Op('o').Stop() },
        { "PUT (0x70)", Start.Ops("Np0\n").Stop() },
        { "EXT1 (0x82)", Start.Raw(0x82, 1).Stop() },
        { "EXT2 (0x83)", Start.Raw(0x83, 1, 0).Stop() },
        { "EXT4 (0x84)", Start.Raw(0x84, 1, 0, 0, 0).Stop() },
        { "LONG4 (0x8b)", Start.Raw(0x8b, 1, 0, 0, 0, 1).Stop() },
        { "NEWOBJ_EX (0x92)", Start.Global("argparse", "Namespace").Ops(")}").Raw(0x92).Stop() },
        { "BYTEARRAY8 (0x96)", Start.Raw(0x96).UInt64(0).Stop() },
        { "NEXT_BUFFER (0x97)", Start.Raw(0x97).Stop() },
        { "READONLY_BUFFER (0x98)", Start.Op('N').Raw(0x98).Stop() },
        { "no opcode 0xff", Start.Raw(0xff).Stop() },
        { "no opcode 0x00", Start.Raw(0).Stop() },
        { "protocol is 6", new Pickle().Raw(0x80, 6).Op('N').Stop() },
    };

    // The machine's own state.
    public static TheoryData<string, byte[]> Machine() => new()
    {
        { "without STOP", [] },
        { "without STOP", Start.Op('N').ToArray() },
        { "stack is empty", Start.Stop() },
        { "1 more values", Start.Ops("NN").Stop() },
        { "2 bytes unread", Start.Ops("N.N").Stop() },
        { "stack is empty", Start.Ops("N(a").Stop() },
        { "stack is empty", Start.Raw(0x87).Stop() },
        { "but there is none", Start.Ops("Nt").Stop() },
        { "slot 2 of the memo", Start.Op('N').Put(2).Stop() },
        { "memo has no value 7", Start.Get(7).Stop() },
        { "memo has no value 4294967295", Start.Op('j').UInt32(uint.MaxValue).Stop() },
        { "should go to a List", Start.Ops("}(Ne").Stop() },
        { "should go to a List", Start.Ops(")Na").Stop() },
        { "should go to a Set", Start.Ops("](N").Raw(0x90).Stop() },
        { "keys and values", Start.Ops("](NNu").Stop() },
        { "keys and values", Start.Ops("}(Nu").Stop() },
        { "key is List of 0", Start.Ops("}(]Nu").Stop() },
        { "key is List of 0", Start.Ops("}]Ns").Stop() },
        { "bytes should follow", Start.Op('X').UInt32(uint.MaxValue).Stop() },
        { "bytes should follow", Start.Raw(0x8d).UInt64(1UL << 62).Stop() },
        { "bytes should follow", Start.Op('B').UInt32(2).Stop() },
        { "bytes should follow", Start.Raw(0x8e).UInt64(ulong.MaxValue).Stop() },
        { "bytes should follow", Start.Raw(0x8a, 255).Stop() },
        { "bytes should follow", Start.Op('J').ToArray() },
        { "a frame of", Start.Raw(0x95).UInt64(1UL << 62).Op('N').Stop() },
        { "not UTF-8", Start.Op('X').UInt32(2).Raw(0xc3, 0x28).Stop() },
        { "contains itself", Start.Op(']').Put(0).Get(0).Op('a').Stop() },
        { "contains itself", Start.Op('}').Put(0).Text("a").Op('(').Get(0).Ops("ts").Stop() },
        { "more than 64 deep", Start.Ops(new string(']', 65) + "N" + new string('a', 65)).Stop() },
        { "values", Laughs(64) },
        { "values", Laughs(20) },
        { "bytes of memory", Start.Ops("](" + new string('N', 600_000) + "e").Stop() },
        { "bytes of memory", Start.Ops("](" + new string(']', 200_000) + "e").Stop() },
        { "bytes of memory", Start.Ops(new string('(', 600_000)).Stop() },
        { "bytes of memory", CopiedSets() },
    };

    // Tensors and their storages.
    public static TheoryData<string, byte[]> Tensors() => new()
    {
        { "goes from element 0 to 6", Pickle.OneTensor("0", 6, 0, [7], [1]) },
        { "goes from element 1 to 6", Pickle.OneTensor("0", 6, 1, [2, 3], [3, 1]) },
        { "goes from element 6 to 6", Pickle.OneTensor("0", 6, 6, [1], [1]) },
        { "goes from element 7", Pickle.OneTensor("0", 6, 7, [0], [1]) },
        { "goes from element -1", Pickle.OneTensor("0", 6, -1, [1], [1]) },
        { "goes from element 4611686018427387904", Pickle.OneTensor("0", 6, Huge, [2], [Huge]) },
        { "goes from element 0", Pickle.OneTensor("0", 6, 0, [2, 2], [Huge, Huge]) },
        { "strides [-1]", Pickle.OneTensor("0", 6, 5, [3], [-1]) },
        { "strides [1,1]", Pickle.OneTensor("0", 6, 0, [3], [1, 1]) },
        { "shape is [-3]", Pickle.OneTensor("0", 6, 0, [-3], [1]) },
        { "shape is [4611686018427387904]", Pickle.OneTensor("0", 6, 0, [Huge], [0]) },
        { "shape is [4611686018427387904,4,0]", Pickle.OneTensor("0", 6, 0, [Huge, 4, 0], [0, 0, 0]) },
        { "shape is [65536,65536]", Pickle.OneTensor("0", 6, 0, [65536, 65536], [0, 0]) },
        { "lie on storages of 6", Pickle.OneTensor("0", 6, 0, [8192, 8192], [0, 0]) },
        { "a tensor of 9 axes", Pickle.OneTensor("0", 6, 0, new long[9], new long[9]) },
        { "should have 5 float32", Pickle.OneTensor("0", 5, 0, [1], [1]) },
        { "should have 4611686018427387904", Pickle.OneTensor("0", Huge, 0, [1], [1]) },
        { "should have -6", Pickle.OneTensor("0", -6, 0, [1], [1]) },
        { "no entry 'archive/data/1'", Pickle.OneTensor("1", 6, 0, [1], [1]) },
        { "no entry 'archive/data/../data/0'", Pickle.OneTensor("../data/0", 6, 0, [1], [1]) },
        { "no entry 'archive/data/'", Pickle.OneTensor("", 6, 0, [1], [1]) },
        { "3 float64 here and 6 float32", Start.Op('(').Storage("0", 6).Storage("0", 3, "DoubleStorage").Op('t')
            .Stop() },
        { "torch.ComplexFloatStorage", Start.Storage("0", 3, "ComplexFloatStorage").Stop() },
        { "BINPERSID names 'a'", Start.Text("a").Op('Q').Stop() },
        { "BINPERSID", Start.Op('(').Text("module").Global("torch", "FloatStorage").Text("0").Text("cpu").Int(6)
            .Ops("tQ").Stop() },
        { "BINPERSID", Start.Op('(').Text("storage").Text("FloatStorage").Text("0").Text("cpu").Int(6)
            .Ops("tQ").Stop() },
        { "BINPERSID", Start.Op('(').Text("storage").Global("torch", "Size").Text("0").Text("cpu").Int(6)
            .Ops("tQ").Stop() },
        { "should be a storage", Start.Global("torch._utils", "_rebuild_tensor_v2").Ops("(NNNNNNtR").Stop() },
        { "2 arguments", Start.Global("torch._utils", "_rebuild_tensor_v2").Ops("(NNtR").Stop() },
        { "should be a tensor", Start.Global("torch._utils", "_rebuild_parameter").Ops("(NNNtR").Stop() },
        { "should be a tuple", Start.Global("torch", "Size").Op('(').Int(2).Ops("tR").Stop() },
        { "a key and a value", Start.Global("collections", "OrderedDict").Ops("(](NetR").Stop() },
    };

    [Theory]
    [MemberData(nameof(Code))]
    [MemberData(nameof(Opcodes))]
    [MemberData(nameof(Machine))]
    [MemberData(nameof(Tensors))]
    public void Pickle_ThatIsEvil_IsRefusedWithItsPlace(string message, byte[] pickle)
    {
        TorchArchive.Of(pickle).Write(_path);

        ModelFormatException exception = Assert.Throws<ModelFormatException>(() => PyTorchFile.Load(_path));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains("archive/data.pkl, byte ", exception.Place, StringComparison.Ordinal);
        Assert.Equal(_path, exception.FilePath);
    }

    [Theory]
    [InlineData("whole_module", "'torch.nn.modules.rnn.LSTM'", "torch.save(model.state_dict(), path)")]
    [InlineData("legacy", "before PyTorch 1.6", "torch.save(torch.load(path), path)")]
    [InlineData("script", "TorchScript", "state_dict()")]
    [InlineData("complex", "'torch.ComplexFloatStorage'", "nothing of it is run")]
    [InlineData("sparse", "'torch._utils._rebuild_sparse_tensor'", "nothing of it is run")]
    public void File_ThatIsNotRead_SaysWhatToDo(string name, string what, string advice)
    {
        ModelFormatException exception = Assert.Throws<ModelFormatException>(
            () => PyTorchFile.Load(TorchFiles.PathOf(name)));

        Assert.Contains(what, exception.Message, StringComparison.Ordinal);
        Assert.Contains(advice, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("archive/version", "0", "the version is '0'")]
    [InlineData("archive/version", "11", "the version is '11'")]
    [InlineData("archive/version", "three", "the version is 'three'")]
    [InlineData("archive/byteorder", "middle", "the byte order is 'middle'")]
    [InlineData("other/data.pkl", "", "2 entries FOLDER/data.pkl")]
    [InlineData("archive/constants.pkl", "", "TorchScript")]
    [InlineData("archive/code/__torch__.py", "", "TorchScript")]
    public void Archive_ThatIsNotTorchSaves_IsRefused(string entry, string text, string message)
    {
        TorchArchive archive = new TorchArchive(Start.Op('N').Stop()).Add(entry, text);
        if (entry != "archive/version")
        {
            archive.Add("archive/version", "3\n");
        }

        archive.Write(_path);

        AssertRefused(message);
    }

    [Fact]
    public void Archive_WithoutAVersion_IsRefused()
    {
        new TorchArchive(Start.Op('N').Stop()).Write(_path);

        AssertRefused("archive/version");
    }

    [Theory]
    [InlineData("", "no zip archive")]
    [InlineData("PK", "no zip archive")]
    [InlineData("ustar", "no zip archive")]
    [InlineData("PK\u0003\u0004", "the end of a zip archive is missing")]
    public void File_WithoutAZip_IsRefused(string text, string message)
    {
        File.WriteAllText(_path, text);

        AssertRefused(message);
    }

    // Each byte of the storages and of the pickle is covered by a CRC-32, each size by the directory.
    [Fact]
    public void File_CutAnywhere_IsRefused()
    {
        byte[] whole = TorchArchive.Of(Pickle.OneTensor("0", 6, 0, [6], [1])).ToArray();
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            Assert.Throws<ModelFormatException>(() => PyTorchFile.Load(_path));
        }
    }

    [Fact]
    public void File_WithAnyBitOfItsDataFlipped_IsRefused()
    {
        byte[] file = TorchArchive.Of(Pickle.OneTensor("0", 6, 0, [6], [1])).ToArray();
        int data = file.AsSpan().IndexOf(TorchArchive.Bytes(TorchArchive.Values));
        for (int bit = 0; bit < 6 * 32; bit++)
        {
            file[data + (bit / 8)] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(_path, file);
            file[data + (bit / 8)] ^= (byte)(1 << (bit % 8));

            AssertRefused("CRC-32");
        }
    }

    private static Pickle Numpy(string type) => Start.Global("numpy", "dtype").Text(type).Raw(0x85).Op('R');

    // Each list has the one before ten times: the last would have 10^depth values.
    private static byte[] Laughs(int depth)
    {
        Pickle pickle = Start.Op(']').Put(0).Op('N').Op('a');
        for (int level = 1; level < depth; level++)
        {
            pickle.Ops("](");
            for (int copy = 0; copy < 10; copy++)
            {
                pickle.Get(level - 1);
            }

            pickle.Op('e').Put(level);
        }

        Pickle all = Start.Ops("((").Raw(pickle.ToArray()[2..]).Ops("tt");
        return all.Raw(0x85).Stop();
    }

    // A large list, of which a set is made again and again.
    private static byte[] CopiedSets()
    {
        Pickle pickle = Start.Ops("((" + new string('N', 10_000) + "t").Put(0);
        for (int copy = 0; copy < 1000; copy++)
        {
            pickle.Global("builtins", "set").Get(0).Raw(0x85).Op('R');
        }

        return pickle.Op('t').Stop();
    }

    private void AssertRefused(string message)
    {
        ModelFormatException exception = Assert.Throws<ModelFormatException>(() => PyTorchFile.Load(_path));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(_path, exception.FilePath);
    }
}
