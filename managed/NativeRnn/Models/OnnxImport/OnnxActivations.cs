namespace NativeRnn.Models;

/// <summary>Activation functions: of each element, and along an axis.</summary>
internal static class OnnxActivations
{
    // Klambauer 2017, as in ONNX' specification.
    private const float SeluAlpha = 1.67326319f;
    private const float SeluGamma = 1.05070102f;

    internal static Dictionary<string, OnnxOperator> Operators { get; } = new()
    {
        ["Relu"] = OnnxElementwise.Unary(x => x.Relu()),
        ["Sigmoid"] = OnnxElementwise.Unary(x => x.Sigmoid()),
        ["Tanh"] = OnnxElementwise.Unary(x => x.Tanh()),
        ["Softplus"] = OnnxElementwise.Unary(x => x.Softplus()),
        ["Softsign"] = OnnxElementwise.Unary(x => x / (x.Abs() + 1)),
        ["HardSwish"] = OnnxElementwise.Unary(x => x * HardSigmoid(x, 1 / 6f, 0.5f)),
        ["Mish"] = OnnxElementwise.Unary(x => x * x.Softplus().Tanh()),
        ["HardSigmoid"] = Of((call, x) =>
            HardSigmoid(x, call.Attributes.Float("alpha", 0.2f), call.Attributes.Float("beta", 0.5f)), "alpha beta"),
        ["LeakyRelu"] = Of((call, x) => Leaky(x, x * call.Attributes.Float("alpha", 0.01f)), "alpha"),
        ["Elu"] = Of((call, x) => Leaky(x, Elu(x, call.Attributes.Float("alpha", 1))), "alpha"),
        ["Celu"] = Of((call, x) => Celu(x, call.Attributes.Float("alpha", 1)), "alpha"),
        ["Selu"] = Of(
            (call, x) => Leaky(x, Elu(x, call.Attributes.Float("alpha", SeluAlpha)))
                * call.Attributes.Float("gamma", SeluGamma),
            "alpha gamma"),
        ["ThresholdedRelu"] = Of(
            (call, x) => x * x.Greater(call.Attributes.Float("alpha", 1)), "alpha"),
        ["Gelu"] = Of(Gelu, "approximate"),
        ["PRelu"] = new(call => [OnnxValue.Of(Leaky(call.Floats(0), call.Floats(0) * call.Floats(1)))], 2, 2),
        ["Softmax"] = Of((call, x) => Softmax(call, x, logarithm: false), "axis"),
        ["LogSoftmax"] = Of((call, x) => Softmax(call, x, logarithm: true), "axis"),
        ["Dropout"] = new(OnnxDropout.Run, 1, 3, "ratio seed") { MostOutputs = 2, FoldsConstants = false },
    };

    private static OnnxOperator Of(Func<OnnxCall, Tensor, Tensor> function, string attributes) =>
        new(call => [OnnxValue.Of(function(call, call.Floats(0)))], 1, 1, attributes);

    private static Tensor Leaky(Tensor x, Tensor below) => Tensor.Where(x.Greater(0), x, below);

    // Only what is below 0 may grow to infinity, or its gradient would be no number.
    private static Tensor Elu(Tensor x, float alpha) => ((-(-x).Relu()).Exp() - 1) * alpha;

    private static Tensor Celu(Tensor x, float alpha) => Leaky(x, Elu(x / alpha, alpha));

    private static Tensor HardSigmoid(Tensor x, float alpha, float beta)
    {
        Tensor line = (x * alpha) + beta;
        Tensor capped = Tensor.Where(line.Greater(1), Tensor.Ones([], x.Device), line);
        return Tensor.Where(capped.Less(0), Tensor.Zeros([], x.Device), capped);
    }

    private static Tensor Gelu(OnnxCall call, Tensor x) => call.Attributes.Text("approximate", "none") switch
    {
        "none" => x.Gelu(),
        "tanh" => x * 0.5f * (((x + (x * x.Square() * 0.044715f)) * MathF.Sqrt(2 / MathF.PI)).Tanh() + 1),
        string other => throw new ArgumentException($"approximate is {OnnxText.Quote(other)}, must be none or tanh"),
    };

    // Before version 13 the axes from the given one on were one.
    private static Tensor Softmax(OnnxCall call, Tensor x, bool logarithm)
    {
        bool joins = call.Node.Opset < 13;
        long given = call.Attributes.Int("axis", joins ? 1 : -1);
        if (joins && given == x.Rank)
            throw new ArgumentException($"axis {given} leaves nothing of {x.ShapeText}");
        int axis = OnnxShape.Axis(given, x.Rank);
        Tensor rows = joins ? x.Flatten(axis) : x;
        Tensor y = logarithm ? rows.LogSoftmax(axis) : rows.Softmax(axis);
        return joins ? y.Reshape(x.Shape) : y;
    }
}
