namespace NativeRnn.Models;

/// <summary>What the elements of a value in an ONNX graph are; widths are not told apart.</summary>
internal enum OnnxKind
{
    Float,
    Integer,
    Boolean,
}
