using NativeRnn.Models;
using NativeRnn.Tests.Cli;
using NativeRnn.Tests.Golden;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>Models that came from PyTorch go out again.</summary>
public sealed class OnnxExportedAgainTests : OnnxTest
{
    [Theory]
    [InlineData("lstm_two_bidirectional")]
    [InlineData("gru")]
    [InlineData("rnn_relu_two")]
    [InlineData("lstm_unfolded")]
    public void Export_OfALoadedModel_IsTheModel(string name)
    {
        OnnxAxis[] axes = name == "lstm_unfolded" ? [5, 2, 3] : ["batch", "time", 3];
        Check(name, OnnxInput.Floats("x", axes));
    }

    [Fact]
    public void Export_OfALoadedClassifier_IsTheModel() =>
        Check("classifier", OnnxInput.Indices("tokens", "batch", "time"));

    private void Check(string name, OnnxInput input)
    {
        GoldenFile golden = new($"onnx/{name}");
        OnnxModule model = OnnxModel.Load(NativeBuild.RepositoryFile($"tests/golden/onnx/{name}.onnx"), Device);
        using TemporaryDirectory folder = new();
        string path = folder.File("again.onnx");
        int[] shape = golden.Integers(input.Name + ".shape");
        Tensor x = input.DType == DType.Int32
            ? Tensor.From(golden.Integers(input.Name), shape, Device)
            : golden.Tensor(Device, input.Name, shape);

        OnnxModel.Export(model, path, input);

        Tensor again = OnnxModel.Load(path, Device).Forward(x);
        CheckClose(golden.Floats(model.Outputs[0].Name), again.ToArray(), name);
    }
}
