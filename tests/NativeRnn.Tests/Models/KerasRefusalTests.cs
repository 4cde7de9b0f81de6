using System.Text.Json.Nodes;
using NativeRnn.Formats;
using NativeRnn.Models;
using NativeRnn.Tests.Cli;

namespace NativeRnn.Tests.Models;

/// <summary>What is not supported is refused with the layer's name, its class, and what would do.</summary>
public sealed class KerasRefusalTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Device _device = TestDevice.Open();

    public void Dispose()
    {
        _device.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("class_name", "\"ConvLSTM1D\"", "a layer of class ConvLSTM1D is not supported; LSTM, GRU")]
    [InlineData("module", "\"my.layers\"", "a class of the module 'my.layers'")]
    public void Load_OfAnotherLayer_NamesIt(string property, string value, string expected) =>
        AssertRefused(layer => layer[property] = JsonNode.Parse(value), "lstm_1", expected);

    [Theory]
    [InlineData("activation", "\"selu\"", "activation='selu' is not supported; linear, relu, tanh")]
    [InlineData("recurrent_activation", "{\"class_name\":\"Mine\"}", "recurrent_activation is")]
    [InlineData("return_state", "true", "return_state=True is not supported")]
    [InlineData("units", "-3", "units is -3, must be a whole number of at least 1")]
    [InlineData("units", "2.5", "units is 2.5")]
    [InlineData("units", "4611686018427387904", "units is 4611686018427387904")]
    [InlineData("units", "70000", "units must be 1 to 65536")]
    [InlineData("units", "5", "the shape is")]
    [InlineData("units", "null", "the setting 'units' is missing")]
    [InlineData("use_bias", "1", "use_bias is 1, must be true or false")]
    [InlineData("use_bias", "false", "3 arrays, the layer has 2")]
    [InlineData("dropout", "1.5", "options.Dropout must be in [0, 1)")]
    public void Load_OfAnotherSetting_NamesLayerAndSetting(string setting, string value, string expected) =>
        AssertRefused(layer => layer["config"]![setting] = JsonNode.Parse(value), "", expected);

    [Theory]
    [InlineData("""{"class_name":"Model","config":{"layers":[]}}""", "layers must be a list that is not empty")]
    [InlineData("""{"class_name":"MyModel","config":{}}""", "a model of class MyModel is not supported; Sequential")]
    [InlineData("""{"class_name":"Sequential"}""", "it must have a config")]
    [InlineData("""{"class_name":"Sequential","config":[3]}""", "a layer must have a class_name and a config: 3")]
    [InlineData("[]", "it must have a class_name")]
    [InlineData("{", "no JSON")]
    [InlineData("\"\\ud800\"", "no JSON")]
    public void Load_OfAnotherArchitecture_SaysWhat(string config, string expected)
    {
        string path = Write(KerasArchive.WithText(KerasFixture.PathOf("chain.keras"), config));

        Assert.Contains(expected, Assert.Throws<ModelFormatException>(() => KerasModel.Load(path, _device)).Message);
    }

    [Fact]
    public void Load_OfAFunctionalModelWithTwoBranches_SaysSo()
    {
        string path = Write(KerasArchive.With(KerasFixture.PathOf("chain.keras"), config =>
        {
            JsonArray layers = config["config"]!["layers"]!.AsArray();
            JsonNode copy = layers[0]!.DeepClone();
            copy["name"] = "dense_2";
            layers.Add(copy);
        }));

        var failure = Assert.Throws<ModelFormatException>(() => KerasModel.Load(path, _device));

        Assert.Contains("must be a chain of layers", failure.Message);
        Assert.Contains("two layers get the output of 'lstm_1'", failure.Message);
    }

    [Fact]
    public void Load_OfATableThatIsNotInTheFile_RefusesIt()
    {
        string path = Write(KerasArchive.With(KerasFixture.PathOf("text.keras"), config =>
        {
            JsonNode table = config["config"]!["layers"]![1]!["config"]!;
            (table["input_dim"], table["output_dim"]) = (2_000_000_000, 60_000);
        }));

        var failure = Assert.Throws<ModelFormatException>(() => KerasModel.Load(path, _device));

        Assert.Contains("2000000000 x 60000 numbers does not fit into the file", failure.Message);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.weights.h5")]
    public void Load_OfAnArchiveWithoutAnEntry_NamesIt(string entry)
    {
        Dictionary<string, byte[]> entries = KerasArchive.Entries(KerasFixture.PathOf("chain.keras"));
        entries.Remove(entry);
        string path = Write(KerasArchive.Make(entries));

        Assert.Contains(entry, Assert.Throws<ModelFormatException>(() => KerasModel.Load(path, _device)).Message);
    }

    [Fact]
    public void Load_OfChunkedWeights_SaysHowTheyMustLie()
    {
        // The class of the layout of the first dataset: contiguous becomes chunked.
        byte[] bytes = File.ReadAllBytes(KerasFixture.PathOf("chain.h5"));
        byte[] layout = [0x08, 0x00, 0x18, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x01];
        int at = bytes.AsSpan().IndexOf(layout);
        bytes[at + layout.Length - 1] = 2;
        string path = Write(bytes, "chunked.h5");

        var failure = Assert.Throws<ModelFormatException>(() => KerasModel.Load(path, _device));

        Assert.Contains("stored in chunks", failure.Message);
    }

    private void AssertRefused(Action<JsonNode> change, string place, string expected)
    {
        string path = Write(KerasArchive.With(KerasFixture.PathOf("chain.keras"), config => change(
            config["config"]!["layers"]!.AsArray().Single(layer => (string)layer!["class_name"]! == "LSTM")!)));

        var failure = Assert.Throws<ModelFormatException>(() => KerasModel.Load(path, _device));

        Assert.Contains(expected, failure.Message);
        Assert.Contains(place, failure.Message);
        Assert.Contains(path, failure.Message);
    }

    private string Write(byte[] bytes, string name = "model.keras")
    {
        string path = _directory.File(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
