using System.Text;
using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Models;
using NativeRnn.Training;
using Xunit.Abstractions;

namespace NativeRnn.Tests.Fuzz;

[Collection(Fuzzing.Name)]
public sealed class KerasFuzzTests(ITestOutputHelper output) : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData("chain.h5", ".h5")]
    [InlineData("text.keras", ".keras")]
    public void Load_OfDamagedFiles_LoadsOrSaysWhatIsWrong(string name, string ending) =>
        new FileFuzzer(File.ReadAllBytes(KerasFixture.PathOf(name)), ending, Load).Run(output);

    [Fact]
    public void LoadWeights_OfDamagedFiles_LoadsOrSaysWhatIsWrong()
    {
        Sequential model = KerasModel.Load(KerasFixture.PathOf("text.keras"), _device);

        new FileFuzzer(
            File.ReadAllBytes(KerasFixture.PathOf("text.weights.h5")), ".weights.h5",
            path => KerasModel.LoadWeights(model, path, _device)).Run(output);
    }

    [Fact]
    public void Load_OfATreeThatHoldsItself_Refuses()
    {
        byte[] bytes = Hdf5();
        int tree = bytes.AsSpan().IndexOf("TREE"u8);
        bytes[tree + 5] = 1;
        BitConverter.TryWriteBytes(bytes.AsSpan(tree + 32), (long)tree);

        Assert.Contains("level 1 does not fit", FileFuzzer.Refuses(bytes, ".h5", Load));
    }

    [Theory]
    [InlineData(1L << 30)]
    [InlineData(1L << 62)]
    [InlineData(-1L)]
    public void Load_OfAHeapLargerThanTheFile_Refuses(long size)
    {
        byte[] bytes = Hdf5();
        int heap = bytes.AsSpan().IndexOf("HEAP"u8);
        BitConverter.TryWriteBytes(bytes.AsSpan(heap + 8), size);

        Assert.Contains("does not lie in the file", FileFuzzer.Refuses(bytes, ".h5", Load));
    }

    [Theory]
    [InlineData(1L << 62, 4L)]
    [InlineData(1L << 31, 1L << 31)]
    [InlineData(30_000L, 60_000L)]
    public void Load_OfADatasetLargerThanTheFile_Refuses(long rows, long columns)
    {
        byte[] bytes = Hdf5();
        int shape = bytes.AsSpan().IndexOf((byte[])[1, 2, 1, 0, 0, 0, 0, 0]);
        BitConverter.TryWriteBytes(bytes.AsSpan(shape + 8), rows);
        BitConverter.TryWriteBytes(bytes.AsSpan(shape + 16), columns);

        string refusal = FileFuzzer.Refuses(bytes, ".h5", Load);

        Assert.Matches("elements; at most|numbers of 8 bytes in a file", refusal);
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Load_OfADeepArchitecture_Refuses(char bracket)
    {
        string item = bracket == '[' ? "[" : "{\"a\":";
        string config = string.Concat(Enumerable.Repeat(item, 200_000));

        Assert.Contains("no JSON", FileFuzzer.Refuses(WithConfig(config), ".keras", Load));
    }

    [Fact]
    public void Load_OfWrappersInWrappers_Refuses()
    {
        const string Wrapper = "{\"class_name\":\"TimeDistributed\",\"config\":{\"layer\":";
        string layer = string.Concat(Enumerable.Repeat(Wrapper, 20)) + "0" + new string('}', 40);
        string config = $$"""{"class_name":"Sequential","config":[{{layer}}]}""";

        Assert.Contains("deeper than 4", FileFuzzer.Refuses(WithConfig(config), ".keras", Load));
    }

    [Fact]
    public void Load_OfAHundredThousandLayers_TakesLittleTime()
    {
        const string Layer = """{"class_name":"Dense","config":{"units":65536}},""";
        StringBuilder config = new("""{"class_name":"Sequential","config":[""");
        config.Insert(config.Length, Layer, 100_000);
        config.Append("""{"class_name":"Dense","config":{"units":1}}]}""");

        Assert.Contains("100001 layers", FileFuzzer.Refuses(WithConfig(config.ToString()), ".keras", Load));
    }

    [Fact]
    public void Load_OfManyTablesAsLargeAsTheFile_Refuses()
    {
        const string Table = """{"class_name":"Embedding","config":{"input_dim":8000,"output_dim":1}},""";
        string tables = string.Concat(Enumerable.Repeat(Table, 4_000));
        string config = $$"""{"class_name":"Sequential","config":[{{tables}}{}]}""";

        Assert.Contains("does not fit into the file", FileFuzzer.Refuses(WithConfig(config), ".keras", Load));
    }

    [Theory]
    [InlineData("../config.json")]
    [InlineData("/config.json")]
    public void Load_OfAPathAsAName_Refuses(string name)
    {
        Dictionary<string, byte[]> entries = KerasArchive.Entries(KerasFixture.PathOf("chain.keras"));
        entries.Add(name, [1]);

        Assert.Contains("config.json", FileFuzzer.Refuses(KerasArchive.Make(entries), ".keras", Load));
    }

    private static byte[] Hdf5() => File.ReadAllBytes(KerasFixture.PathOf("chain.h5"));

    private static byte[] WithConfig(string config) =>
        KerasArchive.WithText(KerasFixture.PathOf("chain.keras"), config);

    private void Load(string path)
    {
        Sequential model = KerasModel.Load(path, _device);
        foreach (Parameter parameter in model.Parameters())
        {
            Assert.True(parameter.Length > 0);
            parameter.Value.Dispose();
        }
    }
}
