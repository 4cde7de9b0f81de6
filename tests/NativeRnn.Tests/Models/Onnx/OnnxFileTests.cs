using System.Runtime.InteropServices;
using NativeRnn.Formats.Onnx;
using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Cli;
using NativeRnn.Training;

namespace NativeRnn.Tests.Models.Onnx;

/// <summary>What stands in an exported file.</summary>
public sealed class OnnxFileTests
{
    [Fact]
    public void Export_File_NamesVersionsInputsOutputsAndFreeAxes()
    {
        ModelProto file = Export(new Sequential(
            new Lstm(5, returnSequences: true, seed: 1), new Conv1d(4, 3, seed: 2)), OnnxCase.Sequences);

        Assert.Equal((8, "NativeRnn"), (file.IrVersion, file.ProducerName));
        Assert.NotEmpty(file.ProducerVersion);
        OperatorSetIdProto opset = Assert.Single(file.OpsetImport);
        Assert.Equal((string.Empty, 17), (opset.Domain, opset.Version));
        Assert.Equal("x[batch,time,6]", Text(Assert.Single(file.Graph.Input)));
        Assert.Equal("y[batch,y_1,4]", Text(Assert.Single(file.Graph.Output)));
        Assert.Equal(
            ["LSTM", "Conv"], file.Graph.Node.Select(node => node.OpType).Where(type => type is "LSTM" or "Conv"));
    }

    [Fact]
    public void Export_OfAnLstm_HasItsWeightsInOnnxsOrderBitForBit()
    {
        Lstm layer = new(3, 2, seed: 1);

        ModelProto file = Export(layer, OnnxInput.Floats("x", "time", "batch", 3));

        Dictionary<string, Tensor> state = layer.StateDict();
        Assert.Equal(Gates(state["weight_ih_l0"], 6), Initializer(file, "W_l0", [1, 8, 3]));
        Assert.Equal(Gates(state["weight_hh_l0"], 4), Initializer(file, "R_l0", [1, 8, 2]));
        Assert.Equal(
            [.. Gates(state["bias_ih_l0"], 2), .. Gates(state["bias_hh_l0"], 2)],
            Initializer(file, "B_l0", [1, 16]));
    }

    [Fact]
    public void Export_OfAnUnbuiltModel_BuildsIt()
    {
        Sequential model = new(new Dense(3, seed: 1));

        ModelProto file = Export(model, OnnxInput.Floats("x", "batch", 4));

        Assert.Equal(Bits(model.StateDict()["0.weight"]), Initializer(file, "0.weight", [3, 4]));
    }

    [Fact]
    public void Export_LeavesTheModelInTrainingAndItsDeviceUntraced()
    {
        Sequential model = new(new Dense(3, seed: 1), new Dropout(0.5f));

        Export(model, OnnxInput.Floats("x", "batch", 4));

        Assert.True(model.Training);
        Assert.Null(Device.Default.Trace);
    }

    [Fact]
    public void Export_WithTheLeastSizeOfAnAxis_RunsModelsThatNeedIt()
    {
        Conv1d layer = new(4, 40, seed: 1);
        OnnxInput wide = OnnxInput.Floats("x", "batch", OnnxAxis.Free("time", least: 40), 6);

        Assert.Throws<ArgumentException>(() => Export(layer, OnnxCase.Sequences));
        Assert.Contains(Export(layer, wide).Graph.Node, node => node.OpType == "Conv");
    }

    [Fact]
    public void Export_OfWhatNoOutputNeeds_LeavesItOut()
    {
        ModelProto file = Export(
            new Lambda(x =>
            {
                _ = x.Exp();
                return x.Tanh();
            }),
            OnnxCase.Sequences);

        Assert.Equal("Tanh", Assert.Single(file.Graph.Node).OpType);
    }

    [Fact]
    public void Export_OverAFile_ReplacesIt()
    {
        using TemporaryDirectory folder = new();
        string path = folder.Write("model.onnx", "what stood there before");

        OnnxModel.Export(new Lambda(x => x.Tanh()), path, OnnxCase.Sequences);

        Assert.Equal("Tanh", Assert.Single(ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).Graph.Node).OpType);
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    private static ModelProto Export(Module model, OnnxInput input)
    {
        using TemporaryDirectory folder = new();
        string path = folder.File("model.onnx");
        OnnxModel.Export(model, path, input, "y");
        return ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
    }

    private static string Text(ValueInfoProto value) => value.Name + "[" + string.Join(
        ",",
        value.Type.TensorType.Shape.Dim.Select(dim => dim.HasDimParam ? dim.DimParam : $"{dim.DimValue}")) + "]";

    private static int[] Initializer(ModelProto file, string name, long[] shape)
    {
        TensorProto tensor = Assert.Single(file.Graph.Initializer, tensor => tensor.Name == name);
        Assert.Equal(shape, tensor.Dims);
        return MemoryMarshal.Cast<byte, int>(tensor.RawData.Span).ToArray();
    }

    // PyTorch's gates i f g o as i o f g.
    private static int[] Gates(Tensor weights, int gate)
    {
        int[] bits = Bits(weights);
        return [.. new[] { 0, 3, 1, 2 }.SelectMany(from => bits[(from * gate)..((from + 1) * gate)])];
    }

    private static int[] Bits(Tensor tensor) => MemoryMarshal.Cast<float, int>(tensor.ToArray()).ToArray();
}
