using NativeRnn.Cli;
using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Fuzz;
using NativeRnn.Tests.Interop;
using NativeRnn.Training;

namespace NativeRnn.Tests.Cli;

public sealed class ConvertTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Device _device = TestDevice.Open();

    public void Dispose()
    {
        _directory.Dispose();
        _device.Dispose();
    }

    [Fact]
    public void Convert_OfKeras_ToSafetensors_GivesTheSameModel()
    {
        string from = Golden("keras/chain.keras"), to = _directory.File("model.safetensors");

        ProgramResult result = Convert(from, to);

        Assert.Matches(
            @"chain\.keras \(Keras\) -> .*model\.safetensors \(NativeRnn\): 2 layers, 154 parameters, [\d,]+ bytes",
            result.Output);
        AssertSame(KerasModel.Load(from, _device), ModelFile.Load(to, _device), [2, 5, 3]);
    }

    [Fact]
    public void Convert_OfASavedModel_ToOnnx_GivesTheSameModel()
    {
        string from = _directory.File("model.safetensors"), to = _directory.File("model.onnx");
        Sequential model = SmallModel.Make(_device);
        model.Save(from);

        ProgramResult result = Convert(from, to);

        Assert.Contains($"{model.ParameterCount:N0} parameters", result.Output, StringComparison.Ordinal);
        AssertSame(model, ModelFile.Load(to, _device), [3, 7, 3]);
    }

    [Fact]
    public void Convert_OfOnnx_ToOnnx_KeepsInputsAndOutputs()
    {
        string from = Golden("onnx/gru_state.onnx"), to = _directory.File("again.onnx");

        Convert(from, to);

        OnnxModule before = OnnxModel.Load(from, _device), after = OnnxModel.Load(to, _device);
        Assert.Equal(before.Inputs.Select(input => input.Name), after.Inputs.Select(input => input.Name));
        Assert.Equal(before.Outputs.Select(output => output.Name), after.Outputs.Select(output => output.Name));
    }

    [Theory]
    [InlineData("pytorch/classifier.pt", ModelFileKind.Safetensors)]
    [InlineData("pytorch/checkpoint.pt", ModelFileKind.Safetensors)]
    [InlineData("pytorch/gru_half.pt", ModelFileKind.NativeRnn)]
    [InlineData("pytorch/gru_double.pt", ModelFileKind.NativeRnn)]
    public void Convert_OfPyTorch_ToSafetensors_KeepsNamesAndNumbers(string name, ModelFileKind kind)
    {
        string to = _directory.File("weights.safetensors");

        Convert(Golden(name), to);

        Dictionary<string, Tensor> wanted = PyTorchModel.StateDict(Golden(name), null, _device);
        IReadOnlyDictionary<string, Tensor> got = Safetensors.Load(to, _device).Tensors;
        Assert.Equal(kind, ModelFile.Inspect(to).Kind);
        Assert.Equal(wanted.Keys.Order(), got.Keys.Order());
        foreach ((string key, Tensor tensor) in wanted.Where(entry => entry.Value.DType == DType.Float32))
        {
            Assert.Equal(DType.Float32, got[key].DType);
            Assert.Equal(tensor.Shape.ToArray(), got[key].Shape.ToArray());
            Assert.Equal(tensor.ToArray(), got[key].ToArray());
        }
    }

    [Fact]
    public void Convert_OfWeightsOfPyTorch_ToOnnx_SaysWhyNot() => AssertRefused(
        Golden("pytorch/classifier.pt"), _directory.File("model.onnx"), "weights without a model");

    [Fact]
    public void Convert_OfWeightsOfKeras_SaysWhyNot() => AssertRefused(
        Golden("keras/text.weights.h5"), _directory.File("w.safetensors"), "save the whole model");

    [Theory]
    [InlineData("model.pt")]
    [InlineData("model.h5")]
    [InlineData("model")]
    public void Convert_ToAnUnknownEnding_IsRefused(string name) => AssertRefused(
        Golden("onnx/lstm.onnx"), _directory.File(name), "must end in .safetensors or .onnx");

    [Fact]
    public void Convert_OntoItself_IsRefused_AndKeepsTheFile()
    {
        string path = _directory.File("model.safetensors"), link = _directory.File("link.safetensors");
        SmallModel.Make(_device).Save(path);
        byte[] before = File.ReadAllBytes(path);
        File.CreateSymbolicLink(link, path);

        AssertRefused(path, path, "is the file that is read");
        AssertRefused(path, link, "is the file that is read");

        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void Convert_OfABrokenFile_LeavesNothingNew()
    {
        string from = _directory.File("broken.keras"), to = _directory.File("model.safetensors");
        File.WriteAllBytes(from, File.ReadAllBytes(Golden("keras/chain.keras"))[..^9]);

        AssertRefused(from, to, "broken.keras");

        Assert.False(File.Exists(to));
    }

    [Fact]
    public void Convert_ThatFails_KeepsTheFileThatWasThere()
    {
        string from = _directory.File("model.safetensors"), to = _directory.Write("model.onnx", "old");
        SmallModel.Make(_device).Save(from);

        ProgramResult result = Tool.Run("convert", from, to, "--input", "batch,time,4");

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains("does not take the input [batch, time, 4]", result.Error, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(to));
    }

    [Fact]
    public void Convert_OfAGraphWhoseInputsDoNotFit_SaysSo() => AssertRefused(
        Golden("onnx/lstm_states.onnx"), _directory.File("again.onnx"),
        "does not take the input [time, batch, 3]; [2, 2, 4]; [2, 2, 4]");

    [Theory]
    [InlineData("batch,,3")]
    [InlineData("batch,time,0")]
    [InlineData("batch,time,-3")]
    [InlineData("")]
    public void Convert_OfWrongAxes_IsRefused(string axes)
    {
        string from = _directory.File("model.safetensors");
        SmallModel.Make(_device).Save(from);

        ProgramResult result = Tool.Run("convert", from, _directory.File("model.onnx"), "--input", axes);

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains("--input", result.Error, StringComparison.Ordinal);
    }

    private static ProgramResult Convert(string from, string to)
    {
        ProgramResult result = Tool.Run("convert", from, to);
        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        return result;
    }

    private static void AssertRefused(string from, string to, string expected)
    {
        ProgramResult result = Tool.Run("convert", from, to);
        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(character => character == '\n'));
    }

    private void AssertSame(Module wanted, Module got, int[] shape)
    {
        wanted.SetTraining(false);
        Tensor input = Tensor.RandomNormal(shape, seed: 5, device: _device);
        float[] expected = wanted.Forward(input).ToArray(), actual = got.Forward(input).ToArray();
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    private static string Golden(string name) => NativeBuild.RepositoryFile(Path.Combine("tests", "golden", name));
}
