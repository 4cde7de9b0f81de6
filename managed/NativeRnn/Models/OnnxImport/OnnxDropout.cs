using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>Dropout: in training only, as the program that wrote the file had it.</summary>
internal static class OnnxDropout
{
    private const float AbsentRatio = 0.5f;

    /// <exception cref="ArgumentException">The rate is computed, or not in [0, 1).</exception>
    internal static Dropout Build(OnnxNode node, OnnxConstants constants)
    {
        float rate = node.Attributes.Float("ratio", AbsentRatio);
        if (node.Inputs.ElementAtOrDefault(1) is { Length: > 0 } name)
        {
            rate = constants.FindFixed(name) is { } value
                ? value.ToNumber()
                : throw new ArgumentException($"the rate {OnnxText.Quote(name)} must be a constant");
        }

        return new Dropout(rate);
    }

    internal static OnnxValue[] Run(OnnxCall call)
    {
        Tensor x = call.Floats(0);
        Tensor y = ((Dropout)call.Node.Layer!).Forward(x);
        if (!call.Node.Gives(1))
            return [OnnxValue.Of(y)];
        // Which numbers are left, where that is known: all of them.
        return ReferenceEquals(y, x)
            ? [OnnxValue.Of(y), OnnxValue.Condition(Tensor.Ones(x.Shape, x.Device))]
            : throw new ArgumentException("its mask is not computed in training");
    }
}
