using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using NativeRnn.Formats;

namespace NativeRnn.Tests.Formats.PyTorch;

/// <summary>What PyTorch wrote is what comes out.</summary>
public sealed class PyTorchFileTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"nativernn-{Guid.NewGuid():N}.pt");

    public void Dispose()
    {
        File.Delete(_path);
        _device.Dispose();
    }

    public static TheoryData<string, string> Tensors() => new()
    {
        { "base", "float32" },
        { "transposed", "float32" },
        { "slice", "float32" },
        { "every_other", "float32" },
        { "row", "float32" },
        { "permuted", "float32" },
        { "expanded", "float32" },
        { "scalar", "float32" },
        { "empty", "float32" },
        { "parameter", "float32" },
        { "double", "float64" },
        { "half", "float16" },
        { "bfloat16", "bfloat16" },
        { "half_transposed", "float16" },
        { "long", "int64" },
        { "int", "int32" },
        { "short", "int16" },
        { "char", "int8" },
        { "byte", "uint8" },
        { "bool", "bool" },
    };

    [Theory]
    [MemberData(nameof(Tensors))]
    public void Tensor_OfAnyTypeAndStrides_HasPyTorchsValues(string name, string type)
    {
        PyTorchTensor tensor = PyTorchFile.Load(TorchFiles.PathOf("tensors")).Value[name].ToTensor();
        Tensor made = tensor.ToTensor(_device);

        double[] wanted = TorchFiles.Expected[$"tensors.{name}"];
        Assert.Equal(type, tensor.ElementType);
        Assert.Equal(TorchFiles.Expected.Integers($"tensors.{name}.shape"), made.Shape.ToArray());
        Assert.Equal(tensor.DType, made.DType);
        if (made.DType == DType.Float32)
        {
            Assert.Equal(wanted.Select(value => (float)value), made.ToArray());
        }
        else
        {
            Assert.Equal(wanted.Select(value => (int)value), made.ToInt32Array());
        }
    }

    [Fact]
    public void Tensors_CoverAllThatTheFileHas()
    {
        PyTorchValue root = PyTorchFile.Load(TorchFiles.PathOf("tensors")).Value;

        Assert.Equal(Tensors().Select(row => (string)row[0]), root.Entries.Select(entry => entry.Key.ToText()));
    }

    [Fact]
    public void ToTensor_OfIntegersOfMoreThan32Bits_Throws()
    {
        PyTorchTensor wide = PyTorchFile.Load(TorchFiles.PathOf("wide_integers")).Value["wide"].ToTensor();

        ModelFormatException exception = Assert.Throws<ModelFormatException>(() => wide.ToTensor(_device));
        Assert.Contains("32 bits", exception.Message, StringComparison.Ordinal);
        Assert.Contains("wide_integers.pt", exception.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => wide.CopyTo(new float[2]));
    }

    [Fact]
    public void Checkpoint_HasItsValues()
    {
        PyTorchFile file = PyTorchFile.Load(TorchFiles.PathOf("checkpoint"));
        PyTorchValue root = file.Value;

        Assert.Equal(TorchFiles.PathOf("checkpoint"), file.FilePath);
        Assert.Equal("epoch", root.Entries[0].Key.ToText());
        Assert.Equal(17, root["epoch"].ToInt64());
        Assert.Equal(0.125, root["loss"].ToDouble());
        Assert.Equal(0.75, root["best"].ToDouble());
        Assert.Equal(-3, root["count"].ToInt64());
        Assert.Equal(6, root["args"]["hidden"].ToInt64());
        Assert.Equal("run ü", root["args"]["name"].ToText());
        Assert.Equal(BigInteger.Pow(2, 70), root["large"].ToBigInteger());
        Assert.Throws<OverflowException>(() => root["large"].ToInt64());
        Assert.Equal(-(1L << 33), root["negative"].ToInt64());
        Assert.Equal([0, 255], root["bytes"].ToBytes().ToArray());
        Assert.Equal(5, root["set"][0].ToInt64());
        Assert.Equal([2, 3], root["size"].Items.Select(item => item.ToInt64()));
        Assert.Equal("cpu", root["device"].ToText());
        Assert.Equal("torch.float16", root["dtype"].ToText());
    }

    [Fact]
    public void Checkpoint_HasItsContainers()
    {
        PyTorchValue root = PyTorchFile.Load(TorchFiles.PathOf("checkpoint")).Value;
        PyTorchValue list = root["ordered"]["b"];

        Assert.Equal(PyTorchValueKind.List, list.Kind);
        Assert.True(list[0].ToBoolean());
        Assert.Equal(PyTorchValueKind.None, list[1].Kind);
        Assert.Equal(PyTorchValueKind.Tuple, list[2].Kind);
        Assert.Equal(4, list[2].Count);
        Assert.Equal(2, root["scheduler"]["milestones"].Count);

        PyTorchValue state = root["optimizer_state_dict"]["state"];
        Assert.Equal([0L, 1, 2, 3, 4, 5], state.Entries.Select(entry => entry.Key.ToInt64()));
        Assert.Equal(1, state.Entries[0].Value["step"].ToTensor().ToTensor(_device).Item());
        Assert.Equal([24, 2], state.Entries[0].Value["exp_avg"].ToTensor().Shape.ToArray());
        Assert.False(root.TryGetValue("step", out PyTorchValue none));
        Assert.Equal(PyTorchValueKind.None, none.Kind);
        Assert.Throws<KeyNotFoundException>(() => root["step"]);
    }

    [Fact]
    public void Value_OfAnotherKind_SaysWhatItIs()
    {
        PyTorchValue root = PyTorchFile.Load(TorchFiles.PathOf("checkpoint")).Value;

        foreach ((PyTorchValue key, PyTorchValue value) in root.Entries)
        {
            Exception exception = value.Kind == PyTorchValueKind.Integer
                ? Assert.Throws<InvalidOperationException>(() => value.ToText())
                : Assert.Throws<InvalidOperationException>(() => value.ToInt64());
            Assert.Contains(value.ToString(), exception.Message, StringComparison.Ordinal);
            Assert.NotEmpty(key.ToString());
        }

        Assert.Throws<InvalidOperationException>(() => root["epoch"]["a"]);
        Assert.Throws<InvalidOperationException>(() => root["epoch"][0]);
        Assert.Throws<InvalidOperationException>(() => root["epoch"].ToTensor());
    }

    [Fact]
    public void Pickle_OfProtocol4_IsRead()
    {
        PyTorchValue root = PyTorchFile.Load(TorchFiles.PathOf("protocol4")).Value;

        Assert.Equal([12, 2], root["value"]["weight_ih_l0"].ToTensor().Shape.ToArray());
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void Archive_OfOtherWriters_IsRead(CompressionLevel compression)
    {
        byte[] pickle = Pickle.OneTensor("0", 6, 1, [2, 2], [1, 3]);
        new TorchArchive(pickle) { Compression = compression }
            .Add("archive/version", "3\n")
            .Add("archive/data/0", TorchArchive.Bytes(TorchArchive.Values))
            .Write(_path);

        Tensor tensor = PyTorchFile.Load(_path).Value["a"].ToTensor().ToTensor(_device);

        Assert.Equal([2, 2], tensor.Shape.ToArray());
        Assert.Equal([1f, 4, 2, 5], tensor.ToArray());
    }

    // As PyTorch 2.x writes: byteorder, version and more entries beside data.pkl.
    [Theory]
    [InlineData("little", "version")]
    [InlineData("big", "version")]
    [InlineData("little", ".data/version")]
    public void Archive_WithAByteOrder_IsReadInIt(string order, string version)
    {
        byte[] storage = TorchArchive.Bytes(TorchArchive.Values);
        if (order == "big")
        {
            storage = [.. storage.Chunk(4).SelectMany(bytes => bytes.Reverse())];
        }

        new TorchArchive(Pickle.OneTensor("0", 6, 0, [6], [1]))
            .Add($"archive/{version}", "3\n")
            .Add("archive/byteorder", order)
            .Add("archive/.data/serialization_id", "0123456789")
            .Add("archive/data/0", storage)
            .Write(_path);

        Assert.Equal(
            TorchArchive.Values, PyTorchFile.Load(_path).Value["a"].ToTensor().ToTensor(_device).ToArray());
    }

    [Fact]
    public void Load_OfAMissingFile_IsFileNotFound()
    {
        FileNotFoundException exception = Assert.Throws<FileNotFoundException>(() => PyTorchFile.Load(_path));

        Assert.Contains(_path, exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => PyTorchFile.Load(""));
    }

    [Fact]
    public void Number_InText_IsInvariant() => Assert.Equal(
        0.125.ToString(CultureInfo.InvariantCulture),
        PyTorchFile.Load(TorchFiles.PathOf("checkpoint")).Value["loss"].ToString());
}
