using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using NativeRnn.Formats;
using Xunit.Abstractions;

namespace NativeRnn.Tests.Fuzz;

[Collection(Fuzzing.Name)]
public sealed class SafetensorsFuzzTests(ITestOutputHelper output) : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Load_OfDamagedFiles_LoadsOrSaysWhatIsWrong()
    {
        byte[] good = TestFile.Bytes(".safetensors", path => Safetensors.Save(
            path,
            [
                new("lstm.weight_ih_l0", Tensor.RandomNormal([32, 5], seed: 1, device: _device)),
                new("lstm.bias", Tensor.RandomNormal([32], seed: 2, device: _device)),
                new("classes", Tensor.From([3, 1, 2], [3], _device)),
            ],
            new Dictionary<string, string> { ["format"] = "pt", ["config"] = """{"layers":[1,2]}""" }));

        new FileFuzzer(good, ".safetensors", Load).Run(output);
    }

    [Theory]
    [InlineData("[4611686018427387904]", "[0,4]")]
    [InlineData("[2147483647,2147483647,2147483647,2147483647]", "[0,4]")]
    [InlineData("[65536,65536,65536,65536]", "[0,0]")]
    [InlineData("[536870911]", "[0,2147483644]")]
    [InlineData("[1]", "[9223372036854775803,9223372036854775807]")]
    public void Load_OfImpossibleSizes_Refuses(string shape, string offsets)
    {
        string header = $$$"""{"a":{"dtype":"F32","shape":{{{shape}}},"data_offsets":{{{offsets}}}}}""";

        Assert.Contains("'a'", FileFuzzer.Refuses(File(header, 4), ".safetensors", Load));
    }

    [Theory]
    [InlineData('[', 100_000)]
    [InlineData('[', 10_000_000)]
    public void Load_OfADeepHeader_Refuses(char bracket, int depth) =>
        Assert.Contains(
            "JSON", FileFuzzer.Refuses(File("{\"a\":{\"b\":" + new string(bracket, depth), 0), ".safetensors", Load));

    [Fact]
    public void Load_OfAHundredThousandEmptyTensors_TakesLittleTime()
    {
        string entries = string.Join(',', Enumerable.Range(0, 100_000).Select(number =>
            string.Create(CultureInfo.InvariantCulture, $$"""
                "t{{number}}":{"dtype":"F32","shape":[1],"data_offsets":[{{4 * number}},{{(4 * number) + 5}}]}
                """)));

        Assert.Contains("'t0'", FileFuzzer.Refuses(File($"{{{entries}}}", 400_000), ".safetensors", Load));
    }

    private static byte[] File(string header, int dataLength)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + json.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        return file;
    }

    private void Load(string path)
    {
        foreach (Tensor tensor in Safetensors.Load(path, _device).Tensors.Values)
        {
            long length = 1;
            foreach (int size in tensor.Shape)
                length *= size;
            Assert.Equal(length, tensor.Length);
            tensor.Dispose();
        }
    }
}
