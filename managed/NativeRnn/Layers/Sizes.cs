namespace NativeRnn.Layers;

/// <summary>Checks of arguments that many layers share.</summary>
internal static class Sizes
{
    /// <summary>As the native library: the largest size of a layer.</summary>
    internal const int Max = 65536;

    internal static int Require(int size, string name, int max = Max) => size >= 1 && size <= max
        ? size
        : throw new ArgumentOutOfRangeException(name, size, $"{name} must be 1 to {max}");

    internal static float RequireRate(float rate, string name) => rate >= 0 && rate < 1
        ? rate
        : throw new ArgumentOutOfRangeException(name, rate, $"{name} must be in [0, 1)");

    internal static void RequireFloats(Tensor tensor, string name)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.DType != DType.Float32)
        {
            throw new ArgumentException($"{name} must hold floats, it is {tensor.DType}", name);
        }
    }

    internal static void RequireIndices(Tensor tensor, string name)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.DType != DType.Int32)
        {
            throw new ArgumentException($"{name} must hold int32, it is {tensor.DType}", name);
        }
    }

    internal static void RequireShape(Tensor tensor, ReadOnlySpan<int> shape, string name)
    {
        if (!tensor.Shape.SequenceEqual(shape))
        {
            throw new ArgumentException(
                $"{name} has the shape {Text(tensor.Shape)}, needs {Text(shape)}", name);
        }
    }

    internal static string Text(ReadOnlySpan<int> shape) =>
        $"[{string.Join(", ", shape.ToArray())}]";
}
