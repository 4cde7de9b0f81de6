using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Golden;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>Models that PyTorch 1.13 has exported (tests/golden/make_onnx.py) give its outputs.</summary>
public sealed class OnnxImportGoldenTests : OnnxTest
{
    [Theory]
    [InlineData("lstm")]
    [InlineData("lstm_two_bidirectional")]
    [InlineData("lstm_states")]
    [InlineData("lstm_unfolded")]
    [InlineData("lstm_no_bias")]
    [InlineData("gru")]
    [InlineData("gru_two_bidirectional")]
    [InlineData("gru_state")]
    [InlineData("gru_packed")]
    [InlineData("rnn_tanh")]
    [InlineData("rnn_relu_two")]
    [InlineData("classifier")]
    [InlineData("attention_14")]
    [InlineData("attention_17")]
    [InlineData("convolution")]
    public void Load_OfPyTorchsExport_GivesItsOutputs(string name)
    {
        GoldenFile golden = new($"onnx/{name}");
        OnnxModule model = LoadGolden(name);

        IReadOnlyDictionary<string, Tensor> outputs = model.Run(model.Inputs.ToDictionary(
            input => input.Name, input => InputOf(golden, input)));

        foreach (OnnxTensorInfo output in model.Outputs)
        {
            Tensor got = outputs[output.Name];
            Assert.Equal(golden.Integers(output.Name + ".shape"), got.Shape.ToArray());
            CheckClose(golden.Floats(output.Name), got.ToArray(), output.Name);
        }
    }

    [Fact]
    public void Load_OfPyTorchsExport_HasWeightsUnderTheirNames()
    {
        OnnxModule model = LoadGolden("classifier");

        Dictionary<string, Tensor> state = model.StateDict();

        string lstm = Assert.Single(model.NamedModules(), named => named.Module is Lstm).Name;
        Assert.Equal(
            [
                "embedding.weight", "out.bias", "out.weight",
                .. new[] { "bias_hh", "bias_ih", "weight_hh", "weight_ih" }.Select(weight => $"{lstm}.{weight}_l0"),
            ],
            state.Keys.OrderBy(key => key.StartsWith('/')).ThenBy(key => key, StringComparer.Ordinal));
        Assert.Equal([11, 4], state["embedding.weight"].Shape.ToArray());
    }

    [Fact]
    public void Load_OfFreeAxes_RunsOtherSizes()
    {
        OnnxModule model = LoadGolden("lstm_two_bidirectional");

        Tensor y = model.Forward(Tensor.RandomNormal([3, 7, 3], device: Device));

        Assert.Equal("x: float [batch,time,3]", model.Inputs[0].ToString());
        Assert.Equal([3, 7, 8], y.Shape.ToArray());
    }

    [Fact]
    public void Load_OfNormsThatPyTorchWroteOnce_TrainsEachByItself()
    {
        OnnxModule model = LoadGolden("attention_17");

        Assert.Contains("norm1.weight", model.StateDict().Keys);
        Assert.Contains("norm2.weight", model.StateDict().Keys);
    }

    private OnnxModule LoadGolden(string name) =>
        OnnxModel.Load(NativeBuild.RepositoryFile($"tests/golden/onnx/{name}.onnx"), Device);

    private Tensor InputOf(GoldenFile golden, OnnxTensorInfo input)
    {
        int[] shape = golden.Integers(input.Name + ".shape");
        return input.DType == DType.Int32
            ? Tensor.From(golden.Integers(input.Name), shape, Device)
            : golden.Tensor(Device, input.Name, shape);
    }
}
