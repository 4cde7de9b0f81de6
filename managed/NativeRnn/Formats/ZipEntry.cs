namespace NativeRnn.Formats;

/// <summary>A file in a zip archive, as the directory at the archive's end states it.</summary>
/// <param name="Name">With its folders, separated by slashes.</param>
/// <param name="HeaderOffset">Where its header begins in the archive.</param>
/// <param name="StoredLength">Bytes in the archive.</param>
/// <param name="Length">Bytes once they are inflated.</param>
/// <param name="Crc">CRC-32 of these.</param>
/// <param name="IsDeflated">Compressed, else stored as they are.</param>
internal readonly record struct ZipEntry(
    string Name, long HeaderOffset, long StoredLength, long Length, uint Crc, bool IsDeflated)
{
    internal bool IsFolder => Name.EndsWith('/');
}
