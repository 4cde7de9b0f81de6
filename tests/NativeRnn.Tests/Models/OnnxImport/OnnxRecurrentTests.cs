using NativeRnn.Formats.Onnx;
using NativeRnn.Layers;
using NativeRnn.Models;

namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>LSTM, GRU and RNN give what ONNX Runtime gives.</summary>
public sealed class OnnxRecurrentTests : OnnxTest
{
    public static TheoryData<string> Names() => [.. OnnxRecurrentNodes.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Recurrence_Alone_GivesOnnxRuntimesNumbers(string name) =>
        CheckAgainstOnnxRuntime(OnnxRecurrentNodes.All[name]());

    // ONNX Runtime does not run layout 1 on a CPU.
    [Theory]
    [InlineData("LSTM", "forward")]
    [InlineData("LSTM", "bidirectional")]
    [InlineData("GRU", "reverse")]
    [InlineData("RNN", "bidirectional")]
    public void Layout_BatchFirst_GivesTheNumbersOfTimeFirst(string cell, string direction)
    {
        OnnxGraph timeFirst = OnnxRecurrentNodes.Graph(cell, direction, "blhc");
        OnnxGraph batchFirst = OnnxRecurrentNodes.Graph(cell, direction, "blhc", ("layout", 1L));
        foreach (ValueInfoProto input in batchFirst.Proto.Graph.Input)
            input.Type.TensorType.Shape = null;
        Dictionary<string, Tensor> inputs = timeFirst.InputsOn(Device);

        IReadOnlyDictionary<string, Tensor> wanted = Load(timeFirst).Run(inputs);
        IReadOnlyDictionary<string, Tensor> got = Load(batchFirst).Run(inputs.ToDictionary(
            input => input.Key, input => input.Value.Rank == 3 ? input.Value.Transpose(0, 1) : input.Value));

        Assert.Equal(wanted["y"].Permute(2, 0, 1, 3).ToArray(), got["y"].ToArray());
        Assert.Equal(wanted["hn"].Transpose(0, 1).ToArray(), got["hn"].ToArray());
        Assert.Equal(wanted.Count, got.Count);
    }

    [Fact]
    public void Nodes_OfTheSameWeights_AreOneLayer()
    {
        OnnxGraph graph = OnnxRecurrentNodes.Graph("GRU", "forward", "b");
        graph.Proto.Graph.Node.Add(graph.Proto.Graph.Node[0].Clone());
        graph.Proto.Graph.Node[1].Output[0] = "again";
        graph.Proto.Graph.Node[1].Output[1] = "";
        graph.Output("again");

        OnnxModule model = Load(graph);

        Assert.Single(model.Parameters());
        IReadOnlyDictionary<string, Tensor> outputs = model.Run(graph.InputsOn(Device));
        Assert.Equal(outputs["y"].ToArray(), outputs["again"].ToArray());
    }

    [Fact]
    public void Weights_InTheLayersOrder_HaveItsNames()
    {
        OnnxGraph graph = OnnxRecurrentNodes.Graph("LSTM", "forward", "b");
        float[] w = [.. graph.Proto.Graph.Initializer[0].FloatData];

        OnnxModule model = Load(graph);

        var lstm = Assert.IsType<Lstm>(Assert.Single(model.NamedModules(), named => named.Name == "lstm_0").Module);
        float[] loaded = model.StateDict()["lstm_0.weight_ih_l0"].ToArray();
        int block = lstm.HiddenSize * lstm.InputSize;
        // i f g o of i o f c.
        Assert.Equal(
            [.. w[..block], .. w[(2 * block)..(3 * block)], .. w[(3 * block)..], .. w[block..(2 * block)]], loaded);
    }
}
