namespace NativeRnn.Models;

/// <summary>An input or output of an <see cref="OnnxModule"/>.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="ElementType">The type of its elements as ONNX names it, such as <c>float</c> or <c>int64</c>.</param>
/// <param name="Shape">The size of each axis; null where the file does not tell.</param>
public sealed record OnnxTensorInfo(string Name, string ElementType, IReadOnlyList<OnnxDimension>? Shape)
{
    /// <summary>
    /// The type of its tensors here: <see cref="DType.Int32"/> for integers and booleans of any width, else
    /// <see cref="DType.Float32"/>.
    /// </summary>
    public DType DType { get; } = ElementType is "float" or "float16" or "bfloat16" or "double"
        ? DType.Float32
        : DType.Int32;

    /// <summary>As in <c>input: float [batch,16,8]</c>.</summary>
    public override string ToString() => Shape is null
        ? $"{Name}: {ElementType}"
        : $"{Name}: {ElementType} [{string.Join(',', Shape)}]";
}
