namespace NativeRnn.Models;

/// <summary>A tensor of a model file.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">The size of each axis.</param>
/// <param name="ElementType">The type in the file: <c>float32</c>, <c>bfloat16</c>, <c>int64</c>.</param>
/// <param name="Length">How many elements it has.</param>
/// <param name="Bytes">What they take in the file.</param>
public sealed record TensorDescription(
    string Name, IReadOnlyList<int> Shape, string ElementType, long Length, long Bytes)
{
    /// <summary>Whether its elements are floats, of any width: those count as parameters.</summary>
    public bool IsFloat => ElementType.Contains("float", StringComparison.Ordinal);

    /// <summary>A tensor whose elements lie side by side.</summary>
    internal static TensorDescription Of(string name, IReadOnlyList<int> shape, string elementType, int elementSize)
    {
        long length = shape.Aggregate(1L, (product, size) => checked(product * size));
        return new TensorDescription(name, shape, elementType, length, checked(length * elementSize));
    }
}
