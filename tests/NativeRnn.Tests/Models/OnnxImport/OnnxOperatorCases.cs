using NativeRnn.Formats.Onnx;
using NativeRnn.Tests.Tensors;
using DataType = NativeRnn.Formats.Onnx.TensorProto.Types.DataType;

namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>Graphs of one operator each, by what they show.</summary>
internal static class OnnxOperatorCases
{
    public static Dictionary<string, Func<OnnxGraph>> All { get; } = Make();

    private static Dictionary<string, Func<OnnxGraph>> Make()
    {
        Dictionary<string, Func<OnnxGraph>> cases = [];
        AddElementwise(cases);
        AddActivations(cases);
        AddComparisons(cases);
        AddProducts(cases);
        AddReductions(cases);
        AddWindows(cases);
        AddShaping(cases);
        AddSelection(cases);
        AddIntegers(cases);
        return cases;
    }

    private static void AddElementwise(Dictionary<string, Func<OnnxGraph>> cases)
    {
        foreach (string name in new[] { "Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Mean" })
            cases.Add(name, () => Two().Node(name, "x,w", "y").Output("y"));
        foreach (string name in new[] { "Neg", "Abs", "Exp", "Reciprocal", "Erf", "Sin", "Cos", "Floor", "Ceil",
            "Round", "Sign", "Identity" })
            cases.Add(name, () => One().Node(name, "x", "y").Output("y"));
        foreach (string name in new[] { "Sqrt", "Log" })
            cases.Add(name, () => One(positive: true).Node(name, "x", "y").Output("y"));
        foreach (float power in new[] { 2f, 3, -1, 0 })
            cases.Add($"Pow {power}", () => One().Number("p", power).Node("Pow", "x,p", "y").Output("y"));
        foreach (float power in new[] { 0.5f, 1.7f })
            cases.Add($"Pow {power}", () => One(positive: true).Number("p", power).Node("Pow", "x,p", "y").Output("y"));
        cases.Add("Max of three", () => Two().Number("n", 0.1f).Node("Max", "x,w,n", "y").Output("y"));
        cases.Add("Clip", () => One().Number("a", -0.5f).Number("b", 0.6f).Node("Clip", "x,a,b", "y").Output("y"));
        cases.Add("Clip of one side", () => One().Number("b", 0.6f).Node("Clip", "x,,b", "y").Output("y"));
        cases.Add("Clip before 11", () => One(10).Node("Clip", "x", "y", ("min", -0.5f), ("max", 0.6f)).Output("y"));
        // Near 0 another formula is used.
        cases.Add("Erf near 0", () => One().Number("s", 1e-3f).Node("Mul", "x,s", "small").Node("Erf", "small", "y")
            .Output("y"));
    }

    private static void AddActivations(Dictionary<string, Func<OnnxGraph>> cases)
    {
        foreach (string name in new[] { "Relu", "Sigmoid", "Tanh", "Softplus", "Softsign", "HardSwish" })
            cases.Add(name, () => One().Node(name, "x", "y").Output("y"));
        foreach (string name in new[] { "HardSigmoid", "LeakyRelu", "Elu", "Celu", "Selu", "ThresholdedRelu" })
        {
            cases.Add(name, () => One().Node(name, "x", "y").Output("y"));
            cases.Add($"{name} with alpha", () => One().Node(name, "x", "y", ("alpha", 0.3f)).Output("y"));
        }

        cases.Add("Mish", () => One(18).Node("Mish", "x", "y").Output("y"));
        cases.Add("Gelu", () => One(20).Node("Gelu", "x", "y").Output("y"));
        cases.Add("Gelu of tanh", () => One(20).Node("Gelu", "x", "y", ("approximate", "tanh")).Output("y"));
        cases.Add("PRelu", () => Two().Node("PRelu", "x,w", "y").Output("y"));
        foreach (string name in new[] { "Softmax", "LogSoftmax" })
        {
            cases.Add(name, () => One().Node(name, "x", "y").Output("y"));
            cases.Add($"{name} of axis 1", () => One().Node(name, "x", "y", ("axis", 1L)).Output("y"));
            cases.Add($"{name} before 13", () => One(12).Node(name, "x", "y").Output("y"));
            cases.Add($"{name} before 13 of axis 2", () => One(12).Node(name, "x", "y", ("axis", 2L)).Output("y"));
        }

        cases.Add("Dropout", () => One().Number("rate", 0.3f).Node("Dropout", "x,rate", "y").Output("y"));
        cases.Add("Dropout with its mask", () => One().Node("Dropout", "x", "y,m").Output("y").CastOutput("m"));
        cases.Add("Dropout before 12", () => One(11).Node("Dropout", "x", "y", ("ratio", 0.3f)).Output("y"));
    }

    private static void AddComparisons(Dictionary<string, Func<OnnxGraph>> cases)
    {
        foreach (string name in new[] { "Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual" })
            cases.Add(name, () => Pairs().Node(name, "r,s", "c").CastOutput("c"));
        foreach (string name in new[] { "And", "Or", "Xor" })
        {
            cases.Add(name, () => Two().Number("n", 0).Node("Greater", "x,n", "a").Node("Less", "w,n", "b")
                .Node(name, "a,b", "c").CastOutput("c"));
        }

        cases.Add("Not", () => One().Number("n", 0).Node("Greater", "x,n", "a").Node("Not", "a", "c").CastOutput("c"));
        cases.Add("Where", () => Two().Number("n", 0).Node("Greater", "x,n", "a").Node("Where", "a,x,w", "y")
            .Output("y"));
    }

    private static void AddProducts(Dictionary<string, Func<OnnxGraph>> cases)
    {
        cases.Add("MatMul", () => One().Weight("m", 4, 5).Node("MatMul", "x,m", "y").Output("y"));
        cases.Add("MatMul of batches", () => One().Weight("m", 2, 4, 5).Node("MatMul", "x,m", "y").Output("y"));
        cases.Add("MatMul with a vector", () => One().Weight("m", 4).Node("MatMul", "x,m", "y").Output("y"));
        cases.Add("MatMul of a vector", () => new OnnxGraph().Input("x", [4]).Weight("m", 4, 5)
            .Node("MatMul", "x,m", "y").Output("y"));
        cases.Add("Gemm", () => Gemm([3, 4], [4, 5], [5]));
        cases.Add("Gemm as a linear layer", () => Gemm([3, 4], [5, 4], [5], ("transB", 1L)));
        cases.Add("Gemm with all attributes", () => Gemm(
            [4, 3], [5, 4], [3, 1], ("transA", 1L), ("transB", 1L), ("alpha", 0.7f), ("beta", -2f)));
        cases.Add("Gemm without a sum", () => new OnnxGraph().Input("x", [3, 4]).Weight("m", 4, 5)
            .Node("Gemm", "x,m", "y").Output("y"));
        cases.Add("LayerNormalization", () => One().Weight("g", 4).Weight("b", 4)
            .Node("LayerNormalization", "x,g,b", "y").Output("y"));
        cases.Add("LayerNormalization over two axes", () => One().Weight("g", 3, 4)
            .Node("LayerNormalization", "x,g", "y", ("axis", 1L), ("epsilon", 0.1f)).Output("y"));
        cases.Add("BatchNormalization", () => One().Weight("g", 3).Weight("b", 3).Weight("m", 3)
            .Weight("v", HostArray.Random([3], 5, positive: true))
            .Node("BatchNormalization", "x,g,b,m,v", "y", ("epsilon", 0.01f)).Output("y"));
        cases.Add("BatchNormalization of a matrix", () => new OnnxGraph(11).Input("x", [5, 3]).Weight("g", 3)
            .Weight("b", 3).Weight("m", 3).Weight("v", HostArray.Random([3], 5, positive: true))
            .Node("BatchNormalization", "x,g,b,m,v", "y").Output("y"));
    }

    private static void AddReductions(Dictionary<string, Func<OnnxGraph>> cases)
    {
        string[] names = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2",
            "ReduceSumSquare"];
        foreach (string name in names)
        {
            cases.Add($"{name} of all", () => One(11).Node(name, "x", "y").Output("y"));
            cases.Add($"{name} of attribute axes", () => One(11)
                .Node(name, "x", "y", ("axes", new long[] { 0, -1 }), ("keepdims", 0L)).Output("y"));
            cases.Add($"{name} of input axes", () => One(18).Line("a", 1).Node(name, "x,a", "y").Output("y"));
        }

        cases.Add("ReduceSum of nothing", () => One(13)
            .Node("ReduceSum", "x", "y", ("noop_with_empty_axes", 1L)).Output("y"));
        cases.Add("ReduceProd of a shape", () => One().Node("Shape", "x", "s")
            .Node("ReduceProd", "s", "p").CastOutput("p"));
        cases.Add("ArgMax", () => One().Node("ArgMax", "x", "i", ("axis", -1L)).CastOutput("i"));
        cases.Add("ArgMin", () => One().Node("ArgMin", "x", "i", ("axis", 1L), ("keepdims", 0L)).CastOutput("i"));
    }

    private static void AddWindows(Dictionary<string, Func<OnnxGraph>> cases)
    {
        cases.Add("Conv", () => Sequence().Weight("k", 6, 4, 3).Weight("b", 6).Node("Conv", "x,k,b", "y").Output("y"));
        cases.Add("Conv with all attributes", () => Sequence().Weight("k", 6, 2, 3).Node(
            "Conv", "x,k", "y", ("strides", new long[] { 2 }), ("dilations", new long[] { 2 }),
            ("pads", new long[] { 3, 1 }), ("group", 2L), ("kernel_shape", new long[] { 3 })).Output("y"));
        cases.Add("Conv padded by itself", () => Sequence().Weight("k", 6, 4, 4)
            .Node("Conv", "x,k", "y", ("auto_pad", "SAME_UPPER"), ("strides", new long[] { 2 })).Output("y"));
        cases.Add("Conv of one row", () => new OnnxGraph().Input("x", [2, 4, 1, 9]).Weight("k", 6, 4, 1, 3).Node(
            "Conv", "x,k", "y", ("pads", new long[] { 0, 1, 0, 1 }), ("strides", new long[] { 1, 2 })).Output("y"));
        foreach (string name in new[] { "MaxPool", "AveragePool" })
        {
            cases.Add(name, () => Sequence().Node(name, "x", "y", ("kernel_shape", new long[] { 3 })).Output("y"));
            cases.Add($"{name} with pads", () => Sequence().Node(
                name, "x", "y", ("kernel_shape", new long[] { 3 }), ("strides", new long[] { 2 }),
                ("pads", new long[] { 1, 1 })).Output("y"));
        }

        cases.Add("AveragePool that counts pads", () => Sequence().Node(
            "AveragePool", "x", "y", ("kernel_shape", new long[] { 3 }), ("pads", new long[] { 1, 1 }),
            ("count_include_pad", 1L)).Output("y"));
        cases.Add("GlobalAveragePool", () => Sequence().Node("GlobalAveragePool", "x", "y").Output("y"));
        cases.Add("GlobalMaxPool", () => Sequence().Node("GlobalMaxPool", "x", "y").Output("y"));
    }

    private static void AddShaping(Dictionary<string, Func<OnnxGraph>> cases)
    {
        cases.Add("Reshape", () => One().Line("s", 0, -1, 2).Node("Reshape", "x,s", "y").Output("y"));
        cases.Add("Flatten", () => One().Node("Flatten", "x", "y", ("axis", 2L)).Output("y"));
        cases.Add("Squeeze of an attribute", () => One(11).Node("Unsqueeze", "x", "u", ("axes", new long[] { 0, 3 }))
            .Node("Squeeze", "u", "y", ("axes", new long[] { 3 })).Output("y"));
        cases.Add("Squeeze of an input", () => One().Line("a", 0, -1).Node("Unsqueeze", "x,a", "u")
            .Line("b", 0).Node("Squeeze", "u,b", "y").Output("y"));
        cases.Add("Squeeze of all", () => One().Line("a", 0, -1).Node("Unsqueeze", "x,a", "u")
            .Node("Squeeze", "u", "y").Output("y"));
        cases.Add("Transpose", () => One().Node("Transpose", "x", "y", ("perm", new long[] { 2, 0, 1 })).Output("y"));
        cases.Add("Transpose to the reverse", () => One().Node("Transpose", "x", "y").Output("y"));
        cases.Add("Concat", () => One().Weight("v", 2, 5, 4).Node("Concat", "x,v,x", "y", ("axis", -2L)).Output("y"));
        cases.Add("Expand", () => new OnnxGraph().Input("x", [3, 1]).Line("s", 2, 1, 4)
            .Node("Expand", "x,s", "y").Output("y"));
        cases.Add("Tile", () => One().Line("r", 2, 1, 3).Node("Tile", "x,r", "y").Output("y"));
        cases.Add("Pad", () => One().Line("p", 0, 1, -1, 2, 0, 1).Number("v", 7).Node("Pad", "x,p,v", "y").Output("y"));
        cases.Add("Pad before 11", () => One(10)
            .Node("Pad", "x", "y", ("pads", new long[] { 0, 1, 0, 0, 0, 2 }), ("value", 3f)).Output("y"));
        cases.Add("Pad of some axes", () => One(18).Line("p", 1, 2).Line("a", 1).Node("Pad", "x,p,,a", "y")
            .Output("y"));
    }

    private static void AddSelection(Dictionary<string, Func<OnnxGraph>> cases)
    {
        cases.Add("Slice before 10", () => One(9).Node(
            "Slice", "x", "y", ("starts", new long[] { 1, -3 }), ("ends", new long[] { 9, -1 }),
            ("axes", new long[] { 1, 2 })).Output("y"));
        cases.Add("Slice", () => One().Line("s", -2, 0).Line("e", long.MaxValue, 3).Line("a", 1, 2)
            .Node("Slice", "x,s,e,a", "y").Output("y"));
        cases.Add("Slice backwards", () => One().Line("s", -1, 3).Line("e", long.MinValue, 0).Line("a", 1, 2)
            .Line("t", -1, -2)
            .Node("Slice", "x,s,e,a,t", "y").Output("y"));
        cases.Add("Slice in steps", () => One().Line("s", 0).Line("e", 4).Line("a", -1).Line("t", 3)
            .Node("Slice", "x,s,e,a,t", "y").Output("y"));
        cases.Add("Split of an attribute", () => One(11)
            .Node("Split", "x", "a,b", ("axis", 2L), ("split", new long[] { 1, 3 })).Output("a,b"));
        cases.Add("Split of an input", () => One().Line("s", 2, 1).Node("Split", "x,s", "a,b", ("axis", 1L))
            .Output("a,b"));
        cases.Add("Split in equal parts", () => One().Node("Split", "x", "a,b", ("axis", -1L)).Output("a,b"));
        cases.Add("Split in parts but for the last", () => One(18)
            .Node("Split", "x", "a,b", ("axis", 1L), ("num_outputs", 2L)).Output("a,b"));
        cases.Add("Gather", () => new OnnxGraph().Integers("i", [0, 5, -1, 2], 2, 2).Weight("t", 6, 3)
            .Node("Gather", "t,i", "y").Output("y"));
        cases.Add("Gather of a middle axis", () => One().Line("i", 2, 0, 0, -1)
            .Node("Gather", "x,i", "y", ("axis", 1L)).Output("y"));
        cases.Add("Gather of one place", () => One().Scalar("i", -1).Node("Gather", "x,i", "y", ("axis", 2L))
            .Output("y"));
        cases.Add("GatherElements", () => new OnnxGraph().Input("x", [3, 4]).Integers("i", [0, 3, -1, 1, 2, 2], 3, 2)
            .Node("GatherElements", "x,i", "y", ("axis", 1L)).Output("y"));
        cases.Add("TopK", () => One().Line("k", 2).Node("TopK", "x,k", "y,i").Output("y").CastOutput("i"));
        cases.Add("TopK of the least of an axis", () => One().Line("k", 3)
            .Node("TopK", "x,k", "y,i", ("axis", 1L), ("largest", 0L)).Output("y").CastOutput("i"));
        cases.Add("TopK of equal numbers", () => Pairs().Line("k", 6)
            .Node("TopK", "r,k", "y,i").Output("y").CastOutput("i"));
        cases.Add("GatherND", () => One().Integers("n", [1, 2, 0, -1], 2, 2)
            .Node("Cast", "n", "i", ("to", (long)DataType.Int64)).Node("GatherND", "x,i", "y").Output("y"));
        cases.Add("GatherND of batches", () => One().Integers("n", [1, 2, 0, 0, 1, 1, 2, 0], 2, 4, 1)
            .Node("Cast", "n", "i", ("to", (long)DataType.Int64))
            .Node("GatherND", "x,i", "y", ("batch_dims", 1L)).Output("y"));
        cases.Add("Trilu", () => One().Node("Trilu", "x", "y").Output("y"));
        cases.Add("Trilu below", () => One().Scalar("k", -1).Node("Trilu", "x,k", "y", ("upper", 0L)).Output("y"));
        cases.Add("ReverseSequence", () => One().Line("l", 2, 1, 2).Node("ReverseSequence", "x,l", "y").Output("y"));
        cases.Add("ReverseSequence of rows", () => One().Line("l", 3, 2).Node(
            "ReverseSequence", "x,l", "y", ("batch_axis", 0L), ("time_axis", 1L)).Output("y"));
    }

    private static void AddIntegers(Dictionary<string, Func<OnnxGraph>> cases)
    {
        foreach (string name in new[] { "Add", "Sub", "Mul", "Div", "Mod", "Max", "Min" })
            cases.Add($"{name} of integers", () => Numbers().Node(name, "i,j", "k").CastOutput("k"));
        cases.Add("Mod as in C", () => Numbers().Node("Mod", "i,j", "k", ("fmod", 1L)).CastOutput("k"));
        cases.Add("Shape", () => One().Node("Shape", "x", "s").CastOutput("s"));
        cases.Add("Shape of some axes", () => One().Node("Shape", "x", "s", ("start", 1L), ("end", -1L))
            .CastOutput("s"));
        cases.Add("Size", () => One().Node("Size", "x", "s").CastOutput("s"));
        cases.Add("Range", () => new OnnxGraph().Integers("n", [7]).Node("Cast", "n", "m", ("to", (long)DataType.Int64))
            .Scalar("a", 1).Scalar("d", 2).Node("Range", "a,m,d", "r").CastOutput("r"));
        cases.Add("Range of floats", () => new OnnxGraph().Input("x", []).Number("a", -2).Number("d", 0.25f)
            .Node("Range", "a,x,d", "y").Output("y"));
        cases.Add("ConstantOfShape", () => One().Node("Shape", "x", "s").Node("ConstantOfShape", "s", "y").Output("y"));
        cases.Add("ConstantOfShape of integers", () => One().Node("Shape", "x", "s").Node(
            "ConstantOfShape", "s", "i", ("value", new TensorProto { DataType = DataType.Int64, Dims = { 1 },
                Int64Data = { 3 } }))
            .CastOutput("i"));
        cases.Add("Constant", () => One().Node("Constant", "", "c", ("value_floats", new float[] { 1, 2, 3, 4 }))
            .Node("Add", "x,c", "y").Output("y"));
        cases.Add("Cast to integers", () => One().Node("Cast", "x", "i", ("to", (long)DataType.Int32)).CastOutput("i"));
        cases.Add("Cast to booleans", () => Pairs().Node("Cast", "r", "i", ("to", (long)DataType.Bool))
            .CastOutput("i"));
        cases.Add("CastLike", () => Numbers().Input("x", [1]).Node("CastLike", "i,x", "y").Output("y"));
        cases.Add("Concat, Slice and Transpose of integers", () => Numbers().Node("Concat", "i,j", "c", ("axis", 0L))
            .Node("Transpose", "c", "t").Line("s", 1).Line("e", 3).Line("axes", 0).Node("Slice", "t,s,e,axes",
                "k").CastOutput("k"));
        cases.Add("Gather and Expand of integers", () => Numbers().Line("p", 1, 0)
            .Node("Gather", "i,p", "g", ("axis", 1L))
            .Line("s", 2, 2, 2).Node("Expand", "g,s", "k").CastOutput("k"));
        cases.Add("Where of integers", () => Numbers().Node("Less", "i,j", "c")
            .Node("Where", "c,i,j", "k").CastOutput("k"));
        cases.Add("ReduceMax of integers", () => Numbers()
            .Node("ReduceMax", "i", "k", ("axes", new long[] { 1 })).CastOutput("k"));
        cases.Add("Trilu of integers", () => Numbers().Node("Trilu", "i", "k").CastOutput("k"));
    }

    private static OnnxGraph One(long opset = 17, bool positive = false) =>
        new OnnxGraph(opset).Input("x", [2, 3, 4], positive);

    private static OnnxGraph Two() => One().Weight("w", 3, 1);

    // Rounded, so that some are equal.
    private static OnnxGraph Pairs() => new OnnxGraph().Input("x", [5, 6]).Input("z", [5, 6])
        .Node("Round", "x", "r").Node("Round", "z", "s");

    private static OnnxGraph Sequence() => new OnnxGraph().Input("x", [2, 4, 9]);

    private static OnnxGraph Numbers() =>
        new OnnxGraph().Integers("a", [7, -7, 3, 0], 2, 2).Integers("b", [2, 3, -2, 5], 2, 2)
            .Node("Cast", "a", "i", ("to", (long)DataType.Int64)).Node("Cast", "b", "j", ("to", (long)DataType.Int64));

    private static OnnxGraph Gemm(int[] x, int[] m, int[] c, params (string, object)[] attributes) =>
        new OnnxGraph().Input("x", x).Weight("m", m).Weight("c", c).Node("Gemm", "x,m,c", "y", attributes).Output("y");
}
