using System.Collections.Frozen;

namespace NativeRnn.Models;

/// <summary>The operators of ONNX that are known, by name.</summary>
internal static class OnnxOperators
{
    internal static FrozenDictionary<string, OnnxOperator> All { get; } = new[]
    {
        OnnxElementwise.Operators,
        OnnxActivations.Operators,
        OnnxComparisons.Operators,
        OnnxProducts.Operators,
        OnnxReductions.Operators,
        OnnxNormalization.Operators,
        OnnxConvolution.Operators,
        OnnxShaping.Operators,
        OnnxSelection.Operators,
        OnnxOrder.Operators,
        OnnxConstantOperators.Operators,
        OnnxRecurrence.Operators,
    }.SelectMany(group => group).ToFrozenDictionary(StringComparer.Ordinal);
}
