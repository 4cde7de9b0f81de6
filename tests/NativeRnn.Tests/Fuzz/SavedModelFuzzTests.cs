using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Training;
using Xunit.Abstractions;

namespace NativeRnn.Tests.Fuzz;

[Collection(Fuzzing.Name)]
public sealed class SavedModelFuzzTests(ITestOutputHelper output) : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    // What loads is the model that was saved: the checksum sees to it.
    [Fact]
    public void Load_OfDamagedFiles_GivesTheModelOrSaysWhatIsWrong()
    {
        Sequential model = new(
            new Embedding(7, 3, device: _device),
            new Bidirectional(new Lstm(4, returnSequences: true)),
            new Gru(3),
            new Dense(2, Activation.Softmax));
        model.Build([1, 5], DType.Int32, _device);
        model.SetRegularizer(new L2(0.5f));
        string config = ModelWriter.Write(model);
        Dictionary<string, float[]> weights = Weights(model);

        new FileFuzzer(TestFile.Bytes(".safetensors", path => model.Save(path)), ".safetensors", path =>
        {
            Module loaded = SavedModel.Load(path, _device);
            Assert.Equal(config, ModelWriter.Write(loaded));
            Assert.Equal(weights, Weights(loaded));
        }).Run(output);
    }

    private static Dictionary<string, float[]> Weights(Module model) =>
        model.StateDict().ToDictionary(entry => entry.Key, entry => entry.Value.ToArray());
}
