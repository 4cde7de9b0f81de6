namespace NativeRnn.Formats;

/// <summary>
/// The bytes of an HDF5 file, given out with bounds: no read leaves the file, and structures that point at each other
/// can't make a reader go round for ever.
/// </summary>
internal sealed class Hdf5Source : IDisposable
{
    // A sound file's structures are read once each; small files get some room.
    private const long FreeReads = 1 << 20;

    // What a read counts at least, so that many small ones end as well.
    private const int SmallestRead = 16;

    private readonly Stream _stream;
    private long _structureBytesLeft;
    private long _dataBytesLeft;

    /// <param name="path">What messages call the file.</param>
    /// <param name="stream">Its bytes, seekable; closed with this.</param>
    internal Hdf5Source(string path, Stream stream)
    {
        Path = path;
        _stream = stream;
        Length = stream.Length;
        _structureBytesLeft = Length + FreeReads;
        _dataBytesLeft = Length;
    }

    internal string Path { get; }

    internal long Length { get; }

    /// <summary>Bytes of a structure.</summary>
    /// <param name="offset">From the file's first byte.</param>
    /// <param name="length">How many; all of them must be there.</param>
    /// <param name="what">The structure, for the message: "a local heap".</param>
    internal Hdf5Cursor Read(ulong offset, ulong length, string what)
    {
        Require(offset, length, what);
        _structureBytesLeft -= Math.Max((long)length, SmallestRead);
        if (_structureBytesLeft < 0)
        {
            throw Invalid(offset, $"reading {what}: structures of the file refer to each other again and again");
        }

        return new Hdf5Cursor(this, Take(offset, (int)length), (long)offset, what);
    }

    /// <summary>The numbers of a dataset: each byte of the file is given out once at most.</summary>
    internal byte[] ReadData(ulong offset, ulong length, string what)
    {
        Require(offset, length, what);
        _dataBytesLeft -= (long)length;
        return _dataBytesLeft >= 0
            ? Take(offset, (int)length)
            : throw Invalid(offset, $"{what}: datasets hold more bytes than the file has");
    }

    internal ModelFormatException Invalid(ulong offset, string what) => new(Path, $"byte {offset}", what);

    public void Dispose() => _stream.Dispose();

    private void Require(ulong offset, ulong length, string what)
    {
        if (offset > (ulong)Length || length > (ulong)Length - offset || length > (ulong)Array.MaxLength)
        {
            throw Invalid(
                offset,
                $"{what} of {length} bytes does not lie in the file, which has {Length}: it is truncated or damaged");
        }
    }

    private byte[] Take(ulong offset, int length)
    {
        byte[] bytes = new byte[length];
        _stream.Position = (long)offset;
        _stream.ReadExactly(bytes);
        return bytes;
    }
}
