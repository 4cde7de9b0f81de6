using NativeRnn.Models;
using NativeRnn.Tests.Interop;
using Xunit.Abstractions;

namespace NativeRnn.Tests.Fuzz;

[Collection(Fuzzing.Name)]
public sealed class ModelFileFuzzTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("keras/text.h5")]
    [InlineData("keras/text.keras")]
    [InlineData("keras/text.weights.h5")]
    [InlineData("onnx/classifier.onnx")]
    [InlineData("pytorch/classifier.pt")]
    public void Inspect_OfDamagedFiles_DescribesOrSaysWhatIsWrong(string name)
    {
        byte[] good = Golden(name);

        new FileFuzzer(good, Path.GetExtension(name), Inspect).Run(output);
    }

    [Fact]
    public void Inspect_OfDamagedSavedModels_DescribesOrSaysWhatIsWrong()
    {
        using Device device = TestDevice.Open();
        byte[] good = TestFile.Bytes(".safetensors", path => SmallModel.Make(device).Save(path));

        new FileFuzzer(good, ".safetensors", Inspect).Run(output);
    }

    [Theory]
    [InlineData("keras/text.keras")]
    [InlineData("pytorch/gru_half.pt")]
    public void Load_OfEvilArchives_Refuses(string name)
    {
        using Device device = TestDevice.Open();
        // PyTorch's version and the like are not looked at.
        IReadOnlyList<(string What, byte[] Bytes)> evil = EvilZips.Of(
            Golden(name), entry => name.StartsWith("keras") || entry.Contains("/data"));
        foreach ((string what, byte[] bytes) in evil)
        {
            output.WriteLine(what);
            string refusal = FileFuzzer.Refuses(
                bytes, Path.GetExtension(name), path => ModelFile.Load(path, device));
            output.WriteLine($"    {refusal}");
        }
    }

    private static byte[] Golden(string name) =>
        File.ReadAllBytes(NativeBuild.RepositoryFile(Path.Combine("tests", "golden", name)));

    private static void Inspect(string path)
    {
        ModelDescription model = ModelFile.Inspect(path);
        Assert.All(model.Tensors, tensor => Assert.True(tensor.Length >= 0 && tensor.Bytes >= tensor.Length));
        Assert.InRange(model.ParameterCount, 0, 4 * model.FileBytes);
    }
}
