namespace NativeRnn.Training;

/// <summary>Copies of tensors on the host in arrays that are used again.</summary>
internal static class HostCopy
{
    internal static ReadOnlySpan<float> Of(Tensor tensor, ref float[] room)
    {
        Span<float> copy = Room(ref room, tensor.Length);
        tensor.CopyTo(copy);
        return copy;
    }

    internal static ReadOnlySpan<int> Of(Tensor tensor, ref int[] room)
    {
        Span<int> copy = Room(ref room, tensor.Length);
        tensor.CopyTo(copy);
        return copy;
    }

    private static Span<T> Room<T>(ref T[] room, long length)
    {
        if (room.Length < length)
        {
            room = new T[length];
        }

        return room.AsSpan(0, (int)length);
    }
}
