namespace NativeRnn.Formats;

/// <summary>How many elements an attribute or dataset has along each axis; none: one element.</summary>
/// <param name="Sizes">Of the axes.</param>
/// <param name="Count">Their product.</param>
internal readonly record struct Hdf5Space(int[] Sizes, long Count)
{
    private const int MaxRank = 8;

    internal static Hdf5Space Read(Hdf5Cursor message)
    {
        int version = message.Byte();
        int rank = message.Byte();
        message.Skip(1);
        bool isNull = false;
        switch (version)
        {
            case 1:
                message.Skip(5);
                break;
            case 2:
                isNull = message.Byte() == 2;
                break;
            default:
                message.RequireVersion(version, 1);
                break;
        }

        if (rank > MaxRank)
        {
            throw message.Invalid($"{rank} axes; at most {MaxRank} are read");
        }

        int[] sizes = new int[rank];
        long count = isNull ? 0 : 1;
        for (int axis = 0; axis < rank; axis++)
        {
            ulong size = message.UInt64();
            if (size > int.MaxValue || (size > 0 && count > int.MaxValue / (long)size))
            {
                throw message.Invalid($"axis {axis} has {size} elements; at most {int.MaxValue} in all are read");
            }

            sizes[axis] = (int)size;
            count *= (long)size;
        }

        return new Hdf5Space(sizes, count);
    }
}
