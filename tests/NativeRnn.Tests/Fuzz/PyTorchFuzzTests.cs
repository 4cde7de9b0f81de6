using System.IO.Compression;
using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Formats.PyTorch;
using Xunit.Abstractions;

namespace NativeRnn.Tests.Fuzz;

/// <summary>
/// Damaged files of torch.save. Every byte that matters is covered by a CRC-32 or said twice, so what loads must be
/// what was saved, bit by bit.
/// </summary>
[Collection(Fuzzing.Name)]
public sealed class PyTorchFuzzTests(ITestOutputHelper output) : IDisposable
{
    private const string Ending = ".pt";

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData("lstm_l2d1")]
    [InlineData("gru_half")]
    public void Load_OfDamagedLayers_GivesTheirWeightsOrSaysWhatIsWrong(string name)
    {
        string path = TorchFiles.PathOf(name);
        Dictionary<string, Tensor> wanted = PyTorchModel.StateDict(path, device: _device);

        new FileFuzzer(File.ReadAllBytes(path), Ending, damaged =>
        {
            RecurrentLayer layer = PyTorchModel.Load(damaged, device: _device);
            RequireSame(wanted, layer.StateDict());
        }).Run(output);
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void Load_OfDamagedCheckpoints_GivesTheirWeightsOrSaysWhatIsWrong(CompressionLevel compression)
    {
        string path = TorchFiles.PathOf("checkpoint");
        Dictionary<string, Tensor> wanted = PyTorchModel.StateDict(path, device: _device);

        new FileFuzzer(Rewritten(path, compression), Ending, damaged => RequireSame(
            wanted, PyTorchModel.StateDict(damaged, device: _device))).Run(output);
    }

    // As much as fits into the limits, and a little more: each kind of value that a pickle makes of few bytes.
    public static TheoryData<string, string, string> Bombs()
    {
        TheoryData<string, string, string> bombs = [];
        foreach (string unit in new[]
        {
            "N", "K\u0001", "]", "}", "\u008f", ")", "N\u0085", "]N\u0061", "\u008c\u0000", "C\u0000", "(t",
            "G\0\0\0\0\0\0\0\0", "\u008a\u0009\0\0\0\0\0\0\0\0\u0001", "N\u0094", "(", "\u008f(NN\u0090",
            "}K\u0001Ns", "ctorch\nfloat32\n", "ccollections\nOrderedDict\n)R",
        })
        {
            bombs.Add("](", unit, "e.");
            bombs.Add("}K\u0001(", unit, "ts.");
        }

        return bombs;
    }

    [Theory]
    [MemberData(nameof(Bombs))]
    public void Load_OfABombOfValues_TakesLittleMemory(string head, string unit, string tail)
    {
        // Far more than the limits let through, about what they do, and half of that.
        foreach (int count in new[] { 8_000_000 / unit.Length, 200_000, 100_000 })
        {
            Pickle pickle = Pickle.Protocol2.Ops(head).Ops(string.Concat(Enumerable.Repeat(unit, count))).Ops(tail);
            byte[] file = new TorchArchive(pickle.ToArray()) { Compression = CompressionLevel.SmallestSize }
                .Add("archive/version", "3\n")
                .ToArray();

            Assert.NotEmpty(FileFuzzer.Refuses(file, Ending, path => Refuse(path)));
        }
    }

    [Fact]
    public void Load_OfADictionaryOfManyKeys_TakesLittleMemory()
    {
        Pickle pickle = Pickle.Protocol2.Ops("}(");
        for (int key = 0; key < 400_000; key++)
        {
            pickle.Op('J').UInt32((uint)key).Op('N');
        }

        byte[] file = TorchArchive.Of(pickle.Op('u').Stop()).ToArray();

        Assert.Contains("bytes of memory", FileFuzzer.Refuses(file, Ending, path => PyTorchFile.Load(path)));
    }

    [Fact]
    public void Load_OfManyTensorsOfOneStorage_TakesLittleMemory()
    {
        Pickle pickle = Pickle.Protocol2.Op('}');
        for (int index = 0; index < 200; index++)
        {
            pickle.Text($"{index}").Tensor("0", 6, 0, [6, 1 << 15], [1, 0]).Op('s');
        }

        byte[] file = TorchArchive.Of(pickle.Stop()).ToArray();

        Assert.Contains("lie on storages of 6", FileFuzzer.Refuses(
            file, Ending, path => PyTorchModel.StateDict(path, device: _device)));
    }

    [Fact]
    public void Load_OfAnArchiveOfManyEntries_TakesLittleTime()
    {
        TorchArchive archive = TorchArchive.Of(Pickle.Protocol2.Op('N').Stop());
        for (int index = 0; index < 65_000; index++)
        {
            archive.Add($"archive/data/{index + 1}", []);
        }

        Assert.Contains("no dictionary of tensors", FileFuzzer.Refuses(
            archive.ToArray(), Ending, path => PyTorchModel.Load(path, device: _device)));
    }

    // What loads counts as refused: whether it may is not asked here, only what it takes.
    private static void Refuse(string path)
    {
        PyTorchFile file = PyTorchFile.Load(path);
        throw new ModelFormatException(path, "", $"the file loads: {file.Value}");
    }

    private static byte[] Rewritten(string path, CompressionLevel compression)
    {
        using ZipContents zip = ZipContents.Open(path);
        TorchArchive archive = new(zip.Read("checkpoint/data.pkl")) { Compression = compression };
        foreach (string name in zip.Names.Where(name => !name.EndsWith(".pkl", StringComparison.Ordinal)))
        {
            archive.Add("archive" + name[name.IndexOf('/')..], zip.Read(name));
        }

        return archive.ToArray();
    }

    private static void RequireSame(Dictionary<string, Tensor> wanted, Dictionary<string, Tensor> got)
    {
        Assert.Equal(wanted.Keys, got.Keys);
        foreach ((string name, Tensor tensor) in wanted)
        {
            Assert.True(tensor.Shape.SequenceEqual(got[name].Shape), name);
            Assert.True(tensor.ToArray().AsSpan().SequenceEqual(got[name].ToArray()), name);
            got[name].Dispose();
        }
    }
}
