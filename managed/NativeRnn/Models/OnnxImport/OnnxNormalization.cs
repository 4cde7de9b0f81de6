namespace NativeRnn.Models;

/// <summary>Normalisation with learned factors.</summary>
internal static class OnnxNormalization
{
    private const float AbsentEpsilon = 1e-5f;

    internal static Dictionary<string, OnnxOperator> Operators { get; } = new()
    {
        ["LayerNormalization"] = new(call => [OnnxValue.Of(Layer(call))], 2, 3, "axis epsilon stash_type")
        {
            MostOutputs = 3,
        },
        ["BatchNormalization"] = new(
            call => [OnnxValue.Of(Batch(call))], 5, 5, "epsilon momentum training_mode spatial")
        {
            MostOutputs = 5,
            FixedInputs = [3, 4],
        },
    };

    // Over the axes from one on, together.
    private static Tensor Layer(OnnxCall call)
    {
        Tensor x = call.Floats(0, 1);
        Tensor rows = x;
        int axis = OnnxShape.Axis(call.Attributes.Int("axis", -1), x.Rank);
        if (axis != x.Rank - 1)
            rows = x.Flatten(axis);
        Tensor centred = rows - rows.Mean(-1, keepDims: true);
        Tensor variance = centred.Square().Mean(-1, keepDims: true);
        Tensor y = centred / (variance + call.Attributes.Float("epsilon", AbsentEpsilon)).Sqrt();
        y = y.Reshape(x.Shape) * call.Floats(1);
        return call.Optional(2) is { } bias ? y + bias.Floats(call.Device) : y;
    }

    // With the statistics that training has found: they stay as they are.
    private static Tensor Batch(OnnxCall call)
    {
        if (call.Attributes.Flag("training_mode"))
            throw new ArgumentException("training_mode is 1; only the statistics in the file are used");
        if (!call.Attributes.Flag("spatial", true))
            throw new ArgumentException("spatial is 0; only statistics of channels are used");
        Tensor x = call.Floats(0, 2);
        int[] channels = [.. x.Shape.ToArray().Select((size, axis) => axis == 1 ? size : 1)];
        Tensor factor = call.Floats(1) /
            (call.Floats(4) + call.Attributes.Float("epsilon", AbsentEpsilon)).Sqrt();
        Tensor shift = call.Floats(2) - (call.Floats(3) * factor);
        return (x * factor.Reshape(channels)) + shift.Reshape(channels);
    }
}
