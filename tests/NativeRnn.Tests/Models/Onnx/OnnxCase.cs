using NativeRnn.Layers;
using NativeRnn.Models;

namespace NativeRnn.Tests.Models.Onnx;

/// <summary>A model to export, and how it is run.</summary>
internal sealed record OnnxCase(
    Module Model,
    OnnxInput[] Inputs,
    Func<IReadOnlyList<Tensor>, IReadOnlyList<(string Name, Tensor Tensor)>> Forward)
{
    /// <summary>[B,T,6].</summary>
    public static OnnxInput Sequences { get; } = OnnxInput.Floats("x", "batch", "time", 6);

    /// <summary>[B,T,6] with steps of zeros here and there.</summary>
    public static OnnxInput Padded { get; } = OnnxInput.Floats("padded", "batch", "time", 6);

    /// <summary>[T,B,6].</summary>
    public static OnnxInput TimeMajor { get; } = OnnxInput.Floats("x", "time", "batch", 6);

    /// <summary>int32 [B,T].</summary>
    public static OnnxInput Tokens { get; } = OnnxInput.Indices("tokens", "batch", "time");

    /// <summary>int32 [B].</summary>
    public static OnnxInput Lengths { get; } = OnnxInput.Lengths("lengths", "batch", "time");

    public static OnnxCase Of(Module model, OnnxInput? input = null) =>
        new(model, [input ?? Sequences], x => [("y", model.Forward(x[0]))]);

    public static OnnxCase Of(
        Module model, OnnxInput[] inputs, Func<IReadOnlyList<Tensor>, IReadOnlyList<(string, Tensor)>> forward) =>
        new(model, inputs, forward);

    /// <summary>A function of one input as a model.</summary>
    public static OnnxCase Of(Func<Tensor, Tensor> function, OnnxInput? input = null) =>
        Of(new Lambda(function), input);
}
