using System.Buffers;

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

    internal static void RequireDevice(Tensor tensor, Device device, string name)
    {
        if (!ReferenceEquals(tensor.Device, device))
        {
            throw new ArgumentException(
                $"{name} is {Text(tensor.Shape)} on another device than what it is used with; all " +
                "must be on one device", name);
        }
    }

    /// <summary>Checks int32 [B], each 0 to the most that is allowed.</summary>
    internal static void RequireLengths(Tensor lengths, int batch, int most, Device device, string name)
    {
        RequireIndices(lengths, name);
        RequireShape(lengths, [batch], name);
        RequireDevice(lengths, device, name);
        int[] room = ArrayPool<int>.Shared.Rent(batch);
        int mark = OperationTrace.Mark(device);
        lengths.CopyTo(room);
        device.Trace?.Forget(mark);
        int wrong = room.AsSpan(0, batch).IndexOfAnyExceptInRange(0, most);
        int length = wrong < 0 ? 0 : room[wrong];
        ArrayPool<int>.Shared.Return(room);
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"{name}[{wrong}] is {length}, must be 0 to {most}", name);
        }
    }

    /// <summary>What a native call said of an argument, with the name that the caller knows.</summary>
    internal static ArgumentException Named(ArgumentException wrong, string name) =>
        new(wrong.Message, name, wrong);

    internal static string Text(ReadOnlySpan<int> shape) =>
        $"[{string.Join(", ", shape.ToArray())}]";
}
