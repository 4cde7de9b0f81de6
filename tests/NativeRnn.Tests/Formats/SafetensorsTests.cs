using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using NativeRnn.Formats;

namespace NativeRnn.Tests.Formats;

public sealed class SafetensorsTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();
    private readonly string _path = Path.Combine(
        Path.GetTempPath(), $"nativernn-{Guid.NewGuid():N}.safetensors");

    public void Dispose()
    {
        File.Delete(_path);
        _device.Dispose();
    }

    [Fact]
    public void Save_ThenLoad_GivesTheSameBits()
    {
        float[] values = [1.5f, -0f, float.MaxValue, float.Epsilon, 3e-20f, 7];
        Dictionary<string, Tensor> tensors = new()
        {
            ["layer.weight"] = Tensor.From(values, [2, 3], _device),
            ["indices ü"] = Tensor.From([1, -2, int.MaxValue], [3], _device),
            ["scalar"] = Tensor.From([42f], [], _device),
            ["empty"] = Tensor.From(Array.Empty<float>(), [0, 4], _device),
        };

        Safetensors.Save(_path, tensors, new Dictionary<string, string> { ["made by"] = "a test" });
        SafetensorsFile file = Safetensors.Load(_path, _device);

        Assert.Equal(tensors.Keys, file.Tensors.Keys);
        Assert.Equal("a test", file.Metadata["made by"]);
        Assert.Equal([2, 3], file.Tensors["layer.weight"].Shape.ToArray());
        Assert.Equal(
            values.Select(BitConverter.SingleToInt32Bits),
            file.Tensors["layer.weight"].ToArray().Select(BitConverter.SingleToInt32Bits));
        Assert.Equal([1, -2, int.MaxValue], file.Tensors["indices ü"].ToInt32Array());
        Assert.Equal(0, file.Tensors["scalar"].Rank);
        Assert.Equal([0, 4], file.Tensors["empty"].Shape.ToArray());
    }

    [Fact]
    public void Save_OverAFile_ReplacesItAndLeavesNoOther()
    {
        File.WriteAllText(_path, "old");

        Safetensors.Save(_path, [new("a", Tensor.From([1f], [1], _device))]);

        Assert.Equal([1f], Safetensors.Load(_path, _device).Tensors["a"].ToArray());
        string name = Path.GetFileName(_path);
        Assert.Single(Directory.GetFiles(Path.GetTempPath(), name + "*"));
    }

    [Fact]
    public void Save_ThatFails_LeavesTheOldFile()
    {
        File.WriteAllText(_path, "old");
        Tensor gone = Tensor.From([1f], [1], _device);
        gone.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Safetensors.Save(_path, [new("a", gone)]));

        Assert.Equal("old", File.ReadAllText(_path));
        Assert.Single(Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_path) + "*"));
    }

    [Fact]
    public void Save_WritesData_At8Bytes()
    {
        Safetensors.Save(_path, [new("abc", Tensor.From([1f], [1], _device))]);

        byte[] bytes = File.ReadAllBytes(_path);

        Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(bytes) % 8);
        Assert.Equal(bytes.Length, 8 + BinaryPrimitives.ReadInt64LittleEndian(bytes) + 4);
    }

    [Theory]
    [InlineData("F64", new byte[] { 0, 0, 0, 0, 0, 0, 0xF8, 0xBF }, -1.5f)]
    [InlineData("F16", new byte[] { 0x00, 0xBE }, -1.5f)]
    [InlineData("BF16", new byte[] { 0xC0, 0xBF }, -1.5f)]
    [InlineData("F32", new byte[] { 0, 0, 0xC0, 0xBF }, -1.5f)]
    public void Load_OfOtherFloats_Converts(string dtype, byte[] data, float value)
    {
        Write(Entry(dtype, "[1]", $"[0,{data.Length}]"), data);

        Assert.Equal([value], Safetensors.Load(_path, _device).Tensors["a"].ToArray());
    }

    [Theory]
    [InlineData("I64", new byte[] { 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, -2)]
    [InlineData("U64", new byte[] { 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0 }, int.MaxValue)]
    [InlineData("I32", new byte[] { 0, 0, 0, 0x80 }, int.MinValue)]
    [InlineData("U32", new byte[] { 7, 0, 0, 0 }, 7)]
    [InlineData("I16", new byte[] { 0xFE, 0xFF }, -2)]
    [InlineData("U16", new byte[] { 0xFE, 0xFF }, 65534)]
    [InlineData("I8", new byte[] { 0xFE }, -2)]
    [InlineData("U8", new byte[] { 0xFE }, 254)]
    [InlineData("BOOL", new byte[] { 1 }, 1)]
    public void Load_OfOtherIntegers_Converts(string dtype, byte[] data, int value)
    {
        Write(Entry(dtype, "[1]", $"[0,{data.Length}]"), data);

        Assert.Equal([value], Safetensors.Load(_path, _device).Tensors["a"].ToInt32Array());
    }

    [Theory]
    [InlineData("I64", new byte[] { 0, 0, 0, 0x80, 0, 0, 0, 0 }, "outside of int32")]
    [InlineData("I64", new byte[] { 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF }, "outside of int32")]
    [InlineData("U64", new byte[] { 0, 0, 0, 0, 0, 0, 0, 0x80 }, "outside of int32")]
    [InlineData("U32", new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, "outside of int32")]
    [InlineData("BOOL", new byte[] { 2 }, "neither 0 nor 1")]
    public void Load_OfAnIntegerThatIsNoInt32_SaysWhere(string dtype, byte[] data, string message)
    {
        byte[] both = [.. new byte[data.Length], .. data];
        Write(Entry(dtype, "[2]", $"[0,{both.Length}]"), both);

        ModelFormatException exception = Assert.Throws<ModelFormatException>(
            () => Safetensors.Load(_path, _device));

        Assert.Contains("element 1", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal("tensor 'a'", exception.Place);
    }

    [Fact]
    public void Load_OfDataAtAnOddPlace_GivesTheirBits()
    {
        float[] values = Layers.Numbers.Uniform(70_000, 3);
        string header = Entry("F32", "[70000]", "[0,280000]");
        string padded = header + new string(' ', 8 - ((header.Length - 1) % 8));
        Write(padded, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        Assert.Equal(1, new FileInfo(_path).Length % 4);

        Assert.Equal(values, Safetensors.Load(_path, _device).Tensors["a"].ToArray());
    }

    [Fact]
    public void Load_WhileATapeIsOn_GivesTensorsThatOutliveIt()
    {
        Safetensors.Save(_path, [new("a", Tensor.From([1f, 2f], [2], _device))]);
        Tensor loaded;
        using (_device.Record())
        {
            loaded = Safetensors.Load(_path, _device).Tensors["a"];
        }

        Assert.Equal([1f, 2f], loaded.ToArray());
    }

    [Fact]
    public void Load_OfAFileWithAnyBitFlipped_GivesTheSameTensorsOrNone()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        Safetensors.Save(
            _path,
            [new("a", Tensor.From(values, [2, 3], _device)), new("b", Tensor.From([7, 8], [2], _device))],
            new Dictionary<string, string> { ["made by"] = "a test" });
        byte[] whole = File.ReadAllBytes(_path);
        int refused = 0;
        for (int bit = 0; bit < 8 * whole.Length; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(_path, damaged);
            try
            {
                SafetensorsFile file = Safetensors.Load(_path, _device);
                Assert.Equal(["a", "b"], file.Tensors.Keys);
                Assert.Equal([2, 3], file.Tensors["a"].Shape.ToArray());
                Assert.Equal(values, file.Tensors["a"].ToArray());
                Assert.Equal([7, 8], file.Tensors["b"].ToInt32Array());
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }

        // The others have flipped the checksum's own name.
        Assert.True(refused >= 8 * (whole.Length - "nativernn.checksum".Length), $"{refused} were refused");
    }

    [Fact]
    public void Load_OfChangedData_SpeaksOfTheChecksum()
    {
        Safetensors.Save(_path, [new("a", Tensor.From([1f, 2f], [2], _device))]);
        byte[] bytes = File.ReadAllBytes(_path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_path, bytes);

        ModelFormatException exception = Assert.Throws<ModelFormatException>(
            () => Safetensors.Load(_path, _device));

        Assert.Contains("checksum", exception.Message, StringComparison.Ordinal);
        Assert.Contains("damaged, or changed", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfAHeaderWrittenAnew_IsNoChange()
    {
        Safetensors.Save(
            _path, [new("a", Tensor.From([1f], [1], _device)), new("b", Tensor.From([2f], [1], _device))],
            new Dictionary<string, string> { ["x"] = "ü" });
        string checksum = SafetensorsHeader.Read(_path).Metadata["nativernn.checksum"];
        Write(
            $$$"""
            {"b": {"shape": [1], "data_offsets": [4, 8], "dtype": "F32"},
             "__metadata__": {"nativernn.checksum": "{{{checksum}}}", "x": "\u00fc"},
             "a": {"shape": [1], "data_offsets": [0, 4], "dtype": "F32"}}
            """,
            [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]);

        SafetensorsFile file = Safetensors.Load(_path, _device);

        Assert.Equal([2f], file.Tensors["b"].ToArray());
        Assert.Equal(["x"], file.Metadata.Keys);
    }

    [Fact]
    public void Save_OfTheChecksumsName_Throws() => Assert.Throws<ArgumentException>(() => Safetensors.Save(
        _path, [], new Dictionary<string, string> { ["nativernn.checksum"] = "mine" }));

    [Fact]
    public void HeaderRead_ListsTheEntries()
    {
        Safetensors.Save(
            _path,
            [new("a", Tensor.From([1f, 2f], [2, 1], _device)), new("b", Tensor.From([3], [1], _device))],
            new Dictionary<string, string> { ["x"] = "y" });

        SafetensorsHeader header = SafetensorsHeader.Read(_path);

        Assert.Equal(["a F32 0 8", "b I32 8 12"], header.Entries.Select(
            entry => $"{entry.Name} {entry.Element.Name} {entry.Begin} {entry.End}"));
        Assert.Equal([2, 1], header.Entries[0].Shape);
        Assert.Equal("y", header.Metadata["x"]);
    }

    public static TheoryData<string, int, string> HostileHeaders() => new()
    {
        { "", 0, "not JSON" },
        { "[]", 0, "not a JSON object" },
        { "{", 0, "not JSON" },
        { """{"a":1}""", 0, "lacks" },
        { """{"a":{}}""", 0, "lacks" },
        { Entry("F32", "[1]", "[0,4]"), 3, "truncated" },
        { Entry("F32", "[1]", "[0,4]"), 5, "belong to none" },
        { Entry("F32", "[1]", "[4,8]"), 8, "begins at byte 4" },
        { Entry("F32", "[2]", "[0,4]"), 4, "needs 8" },
        { Entry("F32", "[-1]", "[0,4]"), 4, "size 0" },
        { Entry("F32", "[1.5]", "[0,4]"), 4, "size 0" },
        { Entry("F32", "[\"1\"]", "[0,4]"), 4, "size 0" },
        { Entry("F32", "1", "[0,4]"), 4, "at most 8" },
        { Entry("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, "at most 8" },
        { Entry("F32", "[2147483647,2147483647]", "[0,4]"), 4, "more than" },
        { Entry("F32", "[99999999999999999999]", "[0,4]"), 4, "size 0" },
        { Entry("F32", "[1]", "[0]"), 4, "data_offsets" },
        { Entry("F32", "[1]", "[4,0]"), 4, "data_offsets" },
        { Entry("F32", "[1]", "[-4,0]"), 4, "data_offsets" },
        { Entry("F32", "[1]", "[0,9223372036854775808]"), 4, "data_offsets" },
        { Entry("F33", "[1]", "[0,4]"), 4, "F33" },
        { Entry("F8_E4M3", "[1]", "[0,1]"), 1, "F8_E4M3 is not read" },
        { Entry("", "[1]", "[0,4]"), 4, "can be read" },
        { Entry(new string('x', 100), "[1]", "[0,4]"), 4, "short text" },
        { Entry("F32", "[0,4611686018427387904]", "[0,0]"), 0, "size 1" },
        { Entry("F32", "[4611686018427387904]", "[0,4]"), 4, "size 0" },
        { Entry("F32", "[65536,65536]", "[0,17179869184]"), 4, "more than" },
        { Entry("F32", "[[1]]", "[0,4]"), 4, "size 0" },
        { Entry("F32", "[1]", "[[0],4]"), 4, "data_offsets" },
        { Entry("F32", "[1]", "[0,4,4]"), 4, "data_offsets" },
        { """{"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}""", 4, "twice" },
        { """{"a":{"dtype":"F32","shape":[2],"shape":[1],"data_offsets":[0,4]}}""", 4, "twice" },
        { """{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", 4, "not a short text" },
        { """{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "must have a name" },
        { """{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "not JSON" },
        { $$$"""{"{{{new string('n', 5000)}}}":{}}""", 0, "5000 bytes" },
        { """{"a":{"more":""" + new string('[', 1000) + new string(']', 1000) + "}}", 0, "not JSON" },
        { """{"__metadata__":{"a":"1","a":"2"}}""", 0, "twice" },
        { """{"__metadata__":{"nativernn.checksum":"md5:1"}}""", 0, "no known kind" },
        { "{} {}", 0, "not JSON" },
        { """{"__metadata__":[]}""", 0, "__metadata__" },
        { """{"__metadata__":{"a":1}}""", 0, "__metadata__" },
        {
            Entry("F32", "[1]", "[0,4]")[..^1] + "," + Entry("F32", "[1]", "[4,8]")[1..], 8,
            "twice"
        },
        {
            """{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"""
                + Entry("F32", "[1]", "[0,4]")[1..], 4,
            "begins at byte 0"
        },
    };

    [Theory]
    [MemberData(nameof(HostileHeaders))]
    public void Load_OfAHostileHeader_SaysWhatIsWrong(string header, int dataLength, string message)
    {
        Write(header, new byte[dataLength]);

        ModelFormatException exception = Assert.Throws<ModelFormatException>(
            () => Safetensors.Load(_path, _device));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains(_path, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { }, "0 bytes")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0 }, "7 bytes")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0, 0, 0x7B }, "truncated")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 0x7B, 0x7D }, "truncated")]
    public void Load_OfAFileWithoutHeader_SaysSo(byte[] bytes, string message)
    {
        File.WriteAllBytes(_path, bytes);

        ModelFormatException exception = Assert.Throws<ModelFormatException>(
            () => Safetensors.Load(_path, _device));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_OfAHeaderThatLoadRefuses_KeepsTheFileThatWasThere()
    {
        Safetensors.Save(_path, [new("a", Tensor.From([1f, 2f], [2], _device))]);
        Dictionary<string, string> metadata = new() { ["long"] = new string('x', 100_000_000) };

        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => Safetensors.Save(_path, [new("b", Tensor.From([3f], [1], _device))], metadata));

        Assert.Equal("metadata", exception.ParamName);
        Assert.Equal(["a"], Safetensors.Load(_path, _device).Tensors.Keys);
    }

    [Fact]
    public void Load_OfAFileCutAnywhere_NeverGivesTensors()
    {
        Safetensors.Save(_path, [new("a", Tensor.From([1f, 2f], [2], _device))]);
        byte[] whole = File.ReadAllBytes(_path);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            Assert.Throws<ModelFormatException>(() => Safetensors.Load(_path, _device));
        }
    }

    private static string Entry(string dtype, string shape, string offsets) =>
        $$$"""{"a":{"dtype":"{{{dtype}}}","shape":{{{shape}}},"data_offsets":{{{offsets}}}}}""";

    private void Write(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        File.WriteAllBytes(_path, [.. length, .. json, .. data]);
    }
}
