using Google.Protobuf;
using NativeRnn.Formats.Onnx;
using NativeRnn.Models;
using NativeRnn.Tests.Fuzz;
using Xunit.Abstractions;
using DataType = NativeRnn.Formats.Onnx.TensorProto.Types.DataType;

namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>
/// ONNX files that are damaged, hostile or not of what is read: refused with a message that says where and what, in
/// time and with little memory.
/// </summary>
[Collection(Fuzzing.Name)]
public sealed class OnnxWrongFileTests(ITestOutputHelper output) : OnnxTest
{
    [Theory]
    [InlineData("LSTM", "bidirectional", "blhcp")]
    [InlineData("GRU", "forward", "b")]
    public void Load_OfDamagedFiles_LoadsOrSaysWhatIsWrong(string cell, string direction, string optional) =>
        new FileFuzzer(OnnxRecurrentNodes.Graph(cell, direction, optional).Proto.ToByteArray(), ".onnx", LoadFile)
            .Run(output);

    [Fact]
    public void Load_OfDamagedShapeArithmetic_LoadsOrSaysWhatIsWrong() =>
        new FileFuzzer(OnnxTensorFlowTests.TokensToClasses().Proto.ToByteArray(), ".onnx", LoadFile).Run(output);

    [Fact]
    public void Load_WithoutAGraph_SaysSo() => CheckRefused(new ModelProto { IrVersion = 8 }, "no graph");

    [Theory]
    [InlineData(6)]
    [InlineData(22)]
    [InlineData(-1)]
    [InlineData(1L << 62)]
    public void Load_OfAnUnknownOpset_NamesTheKnownOnes(long opset) =>
        CheckRefused(Relu(opset), $"{opset}", "7 to 21");

    [Fact]
    public void Load_OfUnknownOperators_NamesAllAtOnce()
    {
        OnnxGraph graph = Relu().Node("Frobnicate", "y", "a").Node("Einsum", "a", "b").Node("Frobnicate", "b", "c");
        graph.Proto.Graph.Node[2].Domain = "com.example";

        CheckRefused(graph, "'Frobnicate'", "'frobnicate_1'", "'com.example.Einsum'", "'frobnicate_3'");
    }

    [Theory]
    [InlineData("If")]
    [InlineData("Loop")]
    [InlineData("Scan")]
    public void Load_OfGraphsInAGraph_IsRefusedByName(string @operator) => CheckRefused(
        Relu().Node(@operator, "y", "z", ("body", new GraphProto { Name = "inner" })),
        $"'{@operator}'", "graphs in a graph");

    [Fact]
    public void Load_OfACycle_NamesTheNode() => CheckRefused(
        new OnnxGraph().Input("x", [2]).Node("Add", "x,b", "a").Node("Relu", "a", "b").Output("b"),
        "'add_0'", "'b'", "cycle");

    [Fact]
    public void Load_OfANameThatNothingMakes_NamesIt()
    {
        CheckRefused(
            new OnnxGraph().Input("x", [2]).Node("Add", "x,b", "a").Output("a"), "'add_0'", "'b'", "nothing makes");
        CheckRefused(Relu().Output("nowhere"), "'nowhere'", "nothing makes");
    }

    [Fact]
    public void Load_OfDuplicates_NamesThem()
    {
        CheckRefused(Relu().Weight("w", 2).Weight("w", 3), "two initializers", "'w'");
        CheckRefused(Relu().Input("x", [2]), "two inputs", "'x'");
        CheckRefused(Relu().Output("y"), "two outputs", "'y'");
        CheckRefused(Relu().Node("Tanh", "x", "y"), "'tanh_1'", "'y'", "there already");
    }

    [Theory]
    [InlineData(-1, "sizes must be")]
    [InlineData(1L << 62, "sizes must be")]
    [InlineData(1 << 30, "more than")]
    public void Load_OfSizesThatCantBe_SaysThem(long size, string words)
    {
        OnnxGraph graph = Relu().Weight("w", 2, 3);
        graph.Proto.Graph.Initializer[0].Dims[0] = size;

        CheckRefused(graph, "'w'", words);
    }

    [Fact]
    public void Load_OfAnInputOfASizeThatCantBe_SaysIt()
    {
        OnnxGraph graph = Relu();
        graph.Proto.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimValue = 1L << 62;

        CheckRefused(graph, "'x'", "4611686018427387904");
    }

    [Fact]
    public void Load_OfMissingNumbers_SaysHowMany()
    {
        OnnxGraph few = Relu().Weight("w", 2, 3);
        few.Proto.Graph.Initializer[0].FloatData.RemoveAt(0);
        CheckRefused(few, "'w'", "5 numbers", "has 6");

        OnnxGraph raw = Relu().Weight("w", 2, 3);
        raw.Proto.Graph.Initializer[0].RawData = ByteString.CopyFrom(new byte[23]);
        CheckRefused(raw, "'w'", "23 bytes", "has 24");
    }

    [Theory]
    [InlineData("String")]
    [InlineData("Complex64")]
    [InlineData("99")]
    public void Load_OfATypeThatIsNotRead_NamesIt(string name)
    {
        DataType type = Enum.Parse<DataType>(name);
        OnnxGraph graph = Relu().Weight("w", 2);
        graph.Proto.Graph.Initializer[0].DataType = type;

        CheckRefused(graph, "'w'", name);
    }

    [Fact]
    public void Load_OfASequence_SaysSo()
    {
        OnnxGraph graph = Relu();
        graph.Proto.Graph.Input[0].Type = new TypeProto { SequenceType = new TypeProto.Types.Sequence() };

        CheckRefused(graph, "'x'", "no tensor");
    }

    [Fact]
    public void Load_OfWrongAttributes_NamesThem()
    {
        CheckRefused(Node("Softmax", ("axes", 1L)), "'softmax_0'", "'axes'", "not known");
        CheckRefused(Node("Softmax", ("axis", 1f)), "'softmax_0'", "'axis'", "Float");
        CheckRefused(Node("Softmax", ("axis", 1L), ("axis", 1L)), "'axis'", "twice");
    }

    [Fact]
    public void Load_OfWrongNumbersOfInputs_SaysThem()
    {
        CheckRefused(new OnnxGraph().Input("x", [2]).Node("Relu", "x,x", "y").Output("y"), "'relu_0'", "2 inputs");
        CheckRefused(new OnnxGraph().Input("x", [2]).Node("Add", "x,", "y").Output("y"), "'add_0'", "left out");
    }

    [Theory]
    [InlineData("clip", 3f)]
    [InlineData("hidden_size", 7L)]
    [InlineData("direction", "sideways")]
    public void Load_OfARecurrenceThatIsNotComputed_SaysWhy(string name, object value)
    {
        OnnxGraph graph = OnnxRecurrentNodes.Graph("LSTM", "forward", "b", (name, value));
        if (name != "clip")
            graph.Proto.Graph.Node[0].Attribute.RemoveAt(name == "direction" ? 1 : 0);

        CheckRefused(graph, "'lstm_0'", name);
    }

    [Fact]
    public void Load_OfActivationsThatAreNotComputed_NamesThem()
    {
        CheckRefused(
            OnnxRecurrentNodes.Graph("RNN", "forward", "b", ("activations", new[] { "ScaledTanh" })), "'ScaledTanh'");
        CheckRefused(
            OnnxRecurrentNodes.Graph("RNN", "bidirectional", "b", ("activations", new[] { "Tanh", "Relu" })),
            "'rnn_0'", "different activations");
    }

    [Fact]
    public void Load_OfRecurrentWeightsThatAreComputed_NamesThem() => CheckRefused(
        new OnnxGraph().Input("x", [4, 3, 3]).Input("w", [1, 5, 3]).Weight("r", 1, 5, 5)
            .Node("RNN", "x,w,r", "y", ("hidden_size", 5L)).Output("y"),
        "'rnn_0'", "'w'", "must be a constant");

    [Fact]
    public void Load_OfRecurrentWeightsOfWrongShapes_SaysBoth() => CheckRefused(
        new OnnxGraph().Input("x", [4, 3, 3]).Weight("w", 1, 5, 3).Weight("r", 1, 6, 5)
            .Node("RNN", "x,w,r", "y").Output("y"),
        "'rnn_0'", "R is [1,6,5]", "[1,5,5]");

    // Computed only by who runs it: the file itself is small.
    [Fact]
    public void Load_OfConstantsThatWouldBeHuge_TakesNoMemory()
    {
        OnnxGraph wide = Relu().Line("s", 1 << 15, 1 << 15).Node("ConstantOfShape", "s", "c").Output("c");
        CheckLoads(wide);

        OnnxGraph chain = Relu().Line("n0", Enumerable.Repeat(1L, 1000).ToArray());
        for (int k = 0; k < 40; k++)
            chain.Node("Concat", $"n{k},n{k}", $"n{k + 1}", ("axis", 0L));
        CheckLoads(chain.CastOutput("n20"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(11)]
    public void Load_OfAMillionEmptyParts_TakesLittleMemory(int field)
    {
        byte[] graph = new byte[2_000_000];
        for (int k = 0; k < graph.Length; k += 2)
            graph[k] = (byte)((field << 3) | 2);

        string message = FileFuzzer.Refuses(
            [(7 << 3) | 2, .. Varint(graph.Length), .. graph], ".onnx", LoadFile);

        Assert.Contains("next to nothing", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfDeepNesting_IsRefused()
    {
        GraphProto inner = new() { Name = "inner" };
        for (int depth = 0; depth < 60; depth++)
        {
            GraphProto outer = new() { Name = "outer" };
            AttributeProto attribute = new() { Name = "then", G = inner };
            outer.Node.Add(new NodeProto { OpType = "If", Attribute = { attribute } });
            inner = outer;
        }

        CheckRefused(new ModelProto { Graph = inner }, "ONNX");
    }

    [Theory]
    [InlineData("../weights.bin", "beside the model")]
    [InlineData("/etc/passwd", "beside the model")]
    [InlineData("folder/weights.bin", "beside the model")]
    [InlineData("..", "beside the model")]
    [InlineData("", "beside the model")]
    [InlineData("nowhere.bin", "can't be read")]
    public void Load_OfExternalDataElsewhere_IsRefused(string location, string words) =>
        CheckRefused(External(location), "'w'", words);

    [Fact]
    public void Load_OfExternalDataBesideTheModel_ReadsIt()
    {
        using FuzzDirectory folder = new();
        string data = folder.Write(
            "weights", ".bin", [.. new byte[4], .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(3f)]);
        OnnxGraph graph = External(Path.GetFileName(data), 4);
        string path = folder.Write("model", ".onnx", graph.Proto.ToByteArray());

        Assert.Equal([2f, 3f], OnnxModel.Load(path, Device).StateDict()["w"].ToArray());

        graph = External(Path.GetFileName(data), 5);
        path = folder.Write("beyond", ".onnx", graph.Proto.ToByteArray());
        CheckThrows<NativeRnn.Formats.ModelFormatException>(() => OnnxModel.Load(path, Device), path, "'w'", "has 12");
    }

    [Fact]
    public void Load_OfALinkToExternalData_IsRefused()
    {
        using FuzzDirectory folder = new();
        string data = folder.Write("weights", ".bin", new byte[8]);
        string link = Path.Combine(Path.GetDirectoryName(data)!, "link.bin");
        File.CreateSymbolicLink(link, data);
        string path = folder.Write("model", ".onnx", External("link.bin").Proto.ToByteArray());

        CheckThrows<NativeRnn.Formats.ModelFormatException>(() => OnnxModel.Load(path, Device), path, "'w'", "a link");
    }

    [Fact]
    public void Load_OfNoFile_IsAnExceptionOfItsOwn()
    {
        Assert.Throws<FileNotFoundException>(() => OnnxModel.Load("nowhere.onnx", Device));
        Assert.Throws<ArgumentException>(() => OnnxModel.Load("", Device));
    }

    private static byte[] Varint(int value) =>
        [(byte)(value | 0x80), (byte)((value >> 7) | 0x80), (byte)((value >> 14) | 0x80), (byte)(value >> 21)];

    private static OnnxGraph Relu(long opset = 17) =>
        new OnnxGraph(opset).Input("x", [2, 3]).Node("Relu", "x", "y").Output("y");

    private static OnnxGraph Node(string @operator, params (string, object)[] attributes) =>
        new OnnxGraph().Input("x", [2, 3]).Node(@operator, "x", "y", attributes).Output("y");

    private static OnnxGraph External(string location, int offset = 0)
    {
        OnnxGraph graph = new OnnxGraph().Input("x", [2]).Weight("w", 2).Node("Add", "x,w", "y").Output("y");
        TensorProto weight = graph.Proto.Graph.Initializer[0];
        weight.FloatData.Clear();
        weight.DataLocation = TensorProto.Types.DataLocation.External;
        weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        weight.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{offset}" });
        return graph;
    }

    private void CheckRefused(OnnxGraph graph, params string[] words) => CheckRefused(graph.Proto, words);

    private void CheckRefused(ModelProto model, params string[] words)
    {
        string message = FileFuzzer.Refuses(model.ToByteArray(), ".onnx", LoadFile);
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    private void CheckLoads(OnnxGraph graph)
    {
        using FuzzDirectory folder = new();
        DamagedFile file = new(folder.Write("good", ".onnx", graph.Proto.ToByteArray()), LoadFile);
        Assert.Null(file.Complaint());
        Assert.True(file.Loaded, file.Refusal);
    }

    private void LoadFile(string path)
    {
        OnnxModule model = OnnxModel.Load(path, Device);
        foreach (NativeRnn.Layers.Parameter parameter in model.Parameters())
        {
            Assert.Equal(parameter.Length, parameter.Gradient.Length);
            parameter.Value.Dispose();
        }

        Assert.NotEmpty(model.Outputs);
    }
}
