namespace NativeRnn.Formats;

/// <summary>Where HDF5 files keep texts of any length: a collection of numbered objects.</summary>
internal static class Hdf5GlobalHeap
{
    private const int HeadLength = 16;

    /// <summary>The bytes of an object.</summary>
    internal static ReadOnlySpan<byte> Read(Hdf5Source source, ulong address, uint index)
    {
        const string What = "a global heap";
        Hdf5Cursor head = source.Read(address, HeadLength, What);
        head.RequireSignature("GCOL"u8);
        head.RequireVersion(head.Byte(), 1);
        head.Skip(3);
        ulong length = head.UInt64();
        if (length < HeadLength)
        {
            throw head.Invalid($"it has {length} bytes: the file is damaged");
        }

        Hdf5Cursor objects = source.Read(address + HeadLength, length - HeadLength, What);
        while (objects.Left >= HeadLength)
        {
            uint number = objects.UInt16();
            objects.Skip(6);
            ulong size = objects.UInt64();
            if (number == 0)
            {
                // The rest is free.
                break;
            }

            if (size > (ulong)objects.Left)
            {
                throw objects.Invalid($"object {number} of {size} bytes does not lie in it: the file is damaged");
            }

            ReadOnlySpan<byte> bytes = objects.Take((int)size);
            if (number == index)
            {
                return bytes;
            }

            objects.Skip(Math.Min(objects.Left, (8 - ((int)size % 8)) % 8));
        }

        throw head.Invalid($"it has no object {index}: the file is damaged");
    }
}
