using System.Text.Json;
using NativeRnn.Cli;
using NativeRnn.Formats;
using NativeRnn.Models;
using NativeRnn.Tests.Fuzz;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Cli;

public sealed class InspectTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Device _device = TestDevice.Open();

    public void Dispose()
    {
        _directory.Dispose();
        _device.Dispose();
    }

    // Layer, kind, output, parameters, gates; of each format one recurrent layer.
    [Theory]
    [InlineData("keras/text.keras", "keras", "bidirectional_1", "Bidirectional(LSTM)", 6, 192, "i f c o")]
    [InlineData("keras/text.h5", "keras_hdf5", "bidirectional_1", "Bidirectional(LSTM)", 6, 192, "i f c o")]
    [InlineData("keras/text.keras", "keras", "gru_1", "GRU", 4, 132, "z r h")]
    [InlineData("keras/keras-1.h5", "keras_hdf5", "lstm_1", "LSTM", 4, 128, "i c f o")]
    [InlineData("onnx/classifier.onnx", "onnx", "/lstm/LSTM", "LSTM", 5, 220, "i o f c")]
    [InlineData("onnx/gru_two_bidirectional.onnx", "onnx", "/layer/GRU", "GRU", 8, 216, "z r h")]
    [InlineData("pytorch/classifier.pt", "py_torch", "gru", "GRU", 8, 600, "r z n")]
    [InlineData("pytorch/checkpoint.pt", "py_torch", "lstm", "LSTM", 6, 240, "i f g o")]
    public void Inspect_Json_TellsALayer(
        string name, string format, string path, string kind, int output, long parameters, string gates)
    {
        JsonElement report = Json(Golden(name));

        JsonElement layer = Assert.Single(
            report.GetProperty("layers").EnumerateArray(), layer => layer.GetProperty("path").GetString() == path);
        Assert.Equal(format, report.GetProperty("format").GetString());
        Assert.Equal(kind, layer.GetProperty("kind").GetString());
        Assert.Equal(output, layer.GetProperty("output_size").GetInt32());
        Assert.Equal(parameters, layer.GetProperty("parameters").GetInt64());
        Assert.Equal(gates, layer.GetProperty("gate_layout").GetString());
        Assert.Equal("float32", layer.GetProperty("dtype").GetString());
    }

    [Theory]
    [InlineData("pytorch/gru_half.pt", "float16", 2)]
    [InlineData("pytorch/gru_bfloat16.pt", "bfloat16", 2)]
    [InlineData("pytorch/gru_double.pt", "float64", 8)]
    [InlineData("keras/chain.h5", "float64", 8)]
    [InlineData("keras/chain-3.h5", "float16", 2)]
    public void Inspect_Json_TellsTypesAndBytesOfTheFile(string name, string dtype, int size)
    {
        JsonElement report = Json(Golden(name));

        Assert.All(
            report.GetProperty("tensors").EnumerateArray(),
            tensor => Assert.Equal(dtype, tensor.GetProperty("dtype").GetString()));
        Assert.Equal(
            size * report.GetProperty("parameters").GetInt64(), report.GetProperty("tensor_bytes").GetInt64());
    }

    [Fact]
    public void Inspect_OfASavedModel_TellsItsLayersAndParameters()
    {
        var model = SmallModel.Make(_device);
        string path = _directory.File("model.safetensors");
        model.Save(path);

        ModelDescription description = ModelFile.Inspect(path);

        Assert.Equal(ModelFileKind.NativeRnn, description.Kind);
        Assert.True(description.HasArchitecture);
        Assert.Equal(["Lstm", "Dropout", "Gru", "Linear"], description.Layers.Select(layer => layer.Kind));
        Assert.Equal([8, null, 5, 2], description.Layers.Select(layer => layer.OutputSize));
        Assert.Equal(["i f g o", null, "r z n", null], description.Layers.Select(layer => layer.GateLayout));
        Assert.Equal("0.25", description.Layers[1].Settings["rate"]);
        Assert.Equal("true", description.Layers[0].Settings["bidirectional"]);
        Assert.Equal(model.ParameterCount, description.ParameterCount);
        Assert.Equal(model.ParameterCount, description.Layers.Sum(layer => layer.ParameterCount));
        Assert.Equal(4 * model.ParameterCount, description.TensorBytes);
    }

    [Fact]
    public void Inspect_OfWeightsAlone_TellsWhatNamesAndShapesTell()
    {
        string path = _directory.File("weights.safetensors");
        Safetensors.Save(path, SmallModel.Make(_device).StateDict());

        ModelDescription description = ModelFile.Inspect(path);

        Assert.Equal(ModelFileKind.Safetensors, description.Kind);
        Assert.False(description.HasArchitecture);
        Assert.Equal(["LSTM", "GRU", "Linear"], description.Layers.Select(layer => layer.Kind));
        Assert.Equal([8, 5, 2], description.Layers.Select(layer => layer.OutputSize));
    }

    [Fact]
    public void Inspect_ShowsATable()
    {
        ProgramResult result = Tool.Run("inspect", Golden("keras/text.keras"));

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        Assert.Contains("by Keras 3.3.3, 422 parameters, 16 tensors", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"bidirectional_1 +Bidirectional\(LSTM\) +6 +192 +float32 +i f c o +merge_mode=concat", result.Output);
        Assert.DoesNotContain("kernel", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_Tensors_ListsThem()
    {
        ProgramResult result = Tool.Run("inspect", Golden("pytorch/gru_half.pt"), "--tensors");

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        Assert.Matches(@"weight_hh_l1 +\[9, 3\] +float16 +54", result.Output);
    }

    [Fact]
    public void Inspect_JsonToAFile_WritesIt()
    {
        string json = _directory.File("report.json");

        ProgramResult result = Tool.Run("inspect", Golden("onnx/lstm.onnx"), "--json", json);

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        Assert.Equal("", result.Output);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json));
        Assert.Equal("onnx", report.RootElement.GetProperty("format").GetString());
    }

    [Theory]
    [InlineData("{\"a\": 1}", "JSON text")]
    [InlineData("GGUF....", "a GGUF file")]
    [InlineData("", "0 bytes")]
    [InlineData("hello world", "begin with 68656C6C6F20776F")]
    public void Inspect_OfAnotherFile_SaysWhatItIs(string content, string expected)
    {
        ProgramResult result = Tool.Run("inspect", _directory.Write("file.bin", content));

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(character => character == '\n'));
    }

    [Theory]
    [InlineData("/no/such/file", "does not exist")]
    [InlineData("/", "is a directory")]
    public void Inspect_OfNoFile_IsRefused(string path, string expected)
    {
        ProgramResult result = Tool.Run("inspect", path);

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_OfNamesThatMoveTheCursor_ShowsNone()
    {
        string path = _directory.File("escape.safetensors");
        Safetensors.Save(path, [new("a\u001b[2J.weight", Tensor.Ones([2, 2], _device))]);

        ProgramResult result = Tool.Run("inspect", path, "--tensors");

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        Assert.DoesNotContain('\u001b', result.Output);
    }

    private static JsonElement Json(string path)
    {
        ProgramResult result = Tool.Run("inspect", path, "--json");
        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        using JsonDocument report = JsonDocument.Parse(result.Output);
        return report.RootElement.Clone();
    }

    private static string Golden(string name) => NativeBuild.RepositoryFile(Path.Combine("tests", "golden", name));
}
