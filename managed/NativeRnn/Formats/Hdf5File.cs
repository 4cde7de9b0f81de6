namespace NativeRnn.Formats;

/// <summary>
/// Reads what Keras keeps in HDF5 files, in the layout that h5py writes unless told otherwise: groups with a symbol
/// table, attributes that are texts, datasets of floats in one piece. Everything is checked before it is believed:
/// sizes against the file's, levels of trees, and how much is read in all.
/// </summary>
/// <remarks>
/// Written for hostile files, for which the HDF5 libraries at hand are not made: PureHDF 2.2 took 1 GB for a flipped
/// bit in a heap's size, did not return from another, and needs code that is made at run time. HDF5 File Format
/// Specification 2.0 says what the structures are; a file that needs more (chunks, filters, dense groups) is refused
/// by name.
/// </remarks>
internal sealed class Hdf5File : IDisposable
{
    private readonly Hdf5Source _source;

    private Hdf5File(Hdf5Source source, Hdf5Group root)
    {
        _source = source;
        Root = root;
    }

    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0d, 0x0a, 0x1a, 0x0a];

    internal Hdf5Group Root { get; }

    /// <summary>The file's bytes.</summary>
    internal long Length => _source.Length;

    /// <summary>Whether the bytes are those that HDF5 files begin with.</summary>
    internal static bool Begins(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Signature);

    /// <exception cref="ModelFormatException">It is no HDF5 file, or damaged.</exception>
    internal static Hdf5File Open(string path) =>
        Open(path, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read));

    /// <param name="path">What messages call it.</param>
    /// <param name="stream">The bytes; closed with the file.</param>
    internal static Hdf5File Open(string path, Stream stream)
    {
        Hdf5Source source = new(path, stream);
        try
        {
            return new Hdf5File(source, new Hdf5Group(source, RootAddress(source), "/"));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public void Dispose() => _source.Dispose();

    // The superblock: sizes of addresses, where the file ends, the root group.
    private static ulong RootAddress(Hdf5Source source)
    {
        Hdf5Cursor block = source.Read(0, (ulong)Math.Min(source.Length, 128), "the superblock");
        block.RequireSignature(Signature);
        int version = block.Byte();
        if (version > 1)
        {
            block.RequireVersion(version, 0);
        }

        block.Skip(4);
        int addressSize = block.Byte();
        int lengthSize = block.Byte();
        if (addressSize != 8 || lengthSize != 8)
        {
            throw block.Invalid($"addresses of {addressSize} and lengths of {lengthSize} bytes; both must have 8");
        }

        // Of the groups' trees, flags, and in version 1 a number for chunks.
        block.Skip(version == 1 ? 13 : 9);
        ulong baseAddress = block.UInt64();
        block.Skip(8);
        ulong end = block.UInt64();
        block.Skip(8);
        if (baseAddress != 0 || end > (ulong)source.Length)
        {
            throw block.Invalid(
                $"the file should be {end} bytes from byte {baseAddress} on, it has {source.Length}: it is truncated");
        }

        block.Skip(8);
        return block.UInt64();
    }
}
