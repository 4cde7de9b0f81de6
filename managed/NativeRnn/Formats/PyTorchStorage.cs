namespace NativeRnn.Formats;

/// <summary>Memory that tensors of a file lie on; several may share it.</summary>
/// <param name="FilePath">The file.</param>
/// <param name="Key">The name of its entry in the file.</param>
/// <param name="Element">The type of its elements.</param>
/// <param name="Bytes">Its elements, little-endian.</param>
internal sealed record PyTorchStorage(string FilePath, string Key, PyTorchElement Element, byte[] Bytes)
{
    internal long Length => Bytes.Length / Element.Size;

    public override string ToString() => $"{Element.StorageName} {Key}";
}
