using NativeRnn.Tests.Tensors;
using DataType = NativeRnn.Formats.Onnx.TensorProto.Types.DataType;

namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>Graphs in the shapes that tf2onnx gives to recurrent layers of Keras, beside ONNX Runtime.</summary>
public sealed class OnnxTensorFlowTests : OnnxTest
{
    private const int Batch = 2, Steps = 4, Input = 3, Hidden = 5;

    [Fact]
    public void Lstm_OfTheLastStep_GivesOnnxRuntimesNumbers() => CheckAgainstOnnxRuntime(
        Sequence().Node("Transpose", "x", "t", ("perm", new long[] { 1, 0, 2 }))
            .Weight("W", 1, 4 * Hidden, Input).Weight("R", 1, 4 * Hidden, Hidden).Weight("B", 1, 8 * Hidden)
            .Weight("zeros", new HostArray(new float[Batch * Hidden], [1, Batch, Hidden]))
            .Node("LSTM", "t,W,R,B,,zeros,zeros", ",h", ("hidden_size", (long)Hidden), ("direction", "forward"))
            .Node("Squeeze", "h", "last", ("axes", new long[] { 0 }))
            .Weight("dense", Hidden, 2).Weight("bias", 2)
            .Node("MatMul", "last,dense", "m").Node("Add", "m,bias", "a").Node("Softmax", "a", "y").Output("y"));

    [Fact]
    public void Lstm_OfAllSteps_GivesOnnxRuntimesNumbers() => CheckAgainstOnnxRuntime(
        Sequence().Node("Transpose", "x", "t", ("perm", new long[] { 1, 0, 2 }))
            .Weight("W", 1, 4 * Hidden, Input).Weight("R", 1, 4 * Hidden, Hidden).Weight("B", 1, 8 * Hidden)
            .Node("LSTM", "t,W,R,B", "all", ("hidden_size", (long)Hidden))
            .Node("Squeeze", "all", "s", ("axes", new long[] { 1 }))
            .Node("Transpose", "s", "rows", ("perm", new long[] { 1, 0, 2 }))
            // A dense layer on each step.
            .Line("flat", -1, Hidden).Node("Reshape", "rows,flat", "f").Weight("dense", Hidden, 2)
            .Node("MatMul", "f,dense", "m").Line("back", -1, Steps, 2).Node("Reshape", "m,back", "y").Output("y"));

    [Fact]
    public void Gru_Bidirectional_GivesOnnxRuntimesNumbers() => CheckAgainstOnnxRuntime(
        Sequence().Node("Transpose", "x", "t", ("perm", new long[] { 1, 0, 2 }))
            .Weight("W", 2, 3 * Hidden, Input).Weight("R", 2, 3 * Hidden, Hidden).Weight("B", 2, 6 * Hidden)
            .Node(
                "GRU", "t,W,R,B", "all", ("hidden_size", (long)Hidden), ("direction", "bidirectional"),
                ("linear_before_reset", 1L))
            .Node("Split", "all", "forward,backward", ("axis", 1L))
            .Node("Squeeze", "forward", "a", ("axes", new long[] { 1 }))
            .Node("Squeeze", "backward", "b", ("axes", new long[] { 1 }))
            .Node("Concat", "a,b", "c", ("axis", 2L))
            .Node("Transpose", "c", "y", ("perm", new long[] { 1, 0, 2 })).Output("y"));

    [Fact]
    public void Lstm_ThatGoesBackwards_GivesOnnxRuntimesNumbers() => CheckAgainstOnnxRuntime(
        Sequence().Node("Transpose", "x", "t", ("perm", new long[] { 1, 0, 2 })).Line("lengths", Steps, Steps)
            .Node("ReverseSequence", "t,lengths", "reversed")
            .Weight("W", 1, 4 * Hidden, Input).Weight("R", 1, 4 * Hidden, Hidden)
            .Node(
                "LSTM", "reversed,W,R", "all", ("hidden_size", (long)Hidden),
                ("activations", new[] { "HardSigmoid", "Tanh", "Tanh" }), ("activation_alpha", new[] { 0.2f }),
                ("activation_beta", new[] { 0.5f }))
            .Node("Squeeze", "all", "y", ("axes", new long[] { 1 })).Output("y"));

    [Fact]
    public void Embedding_WithStatesOfTheBatchsSize_GivesOnnxRuntimesNumbers() =>
        CheckAgainstOnnxRuntime(TokensToClasses());

    /// <summary>Tokens to classes; the state to start from is made of the input's shape.</summary>
    internal static OnnxGraph TokensToClasses() => new OnnxGraph(12)
        .Integers("tokens", [1, 0, 6, 3, 2, 2, 5, 4], Batch, Steps)
        .Node("Cast", "tokens", "ids", ("to", (long)DataType.Int64)).Weight("table", 7, Input)
        .Node("Gather", "table,ids", "e").Node("Transpose", "e", "t", ("perm", new long[] { 1, 0, 2 }))
        .Node("Shape", "e", "shape").Line("zero", 0).Line("one", 1).Node("Slice", "shape,zero,one", "batch")
        .Line("directions", 1).Line("units", Hidden)
        .Node("Concat", "directions,batch,units", "states", ("axis", 0L)).Node("ConstantOfShape", "states", "h0")
        .Weight("W", 1, 4 * Hidden, Input).Weight("R", 1, 4 * Hidden, Hidden).Weight("B", 1, 8 * Hidden)
        .Node("LSTM", "t,W,R,B,,h0,h0", ",h", ("hidden_size", (long)Hidden))
        .Node("Squeeze", "h", "last", ("axes", new long[] { 0 }))
        .Weight("dense", Hidden, 3).Weight("bias", 3)
        .Node("MatMul", "last,dense", "m").Node("Add", "m,bias", "y").Output("y");

    private static OnnxGraph Sequence() => new OnnxGraph(12).Input("x", [Batch, Steps, Input]);
}
