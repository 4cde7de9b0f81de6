using System.Buffers.Binary;
using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>Tells what kind of model a file holds by its first bytes and, of a zip archive, by the names in it.</summary>
internal static class ModelFileFormat
{
    private const int Looked = 512;

    // ONNX' first field is the version of the format; a protobuf number below 128 is one byte.
    private const byte OnnxVersionTag = 0x08;
    private const int NewestOnnxVersion = 100;

    // What is not read, told by name: where in the file, which bytes, what it is.
    private static readonly (int At, byte[] Bytes, string What)[] Others =
    [
        (0, [0x80, 0x02], "a pickle: PyTorch before 1.6, or saved with _use_new_zipfile_serialization=False; load it in " +
            "PyTorch and save it again"),
        (0, [0x80, 0x04], "a Python pickle of another program"),
        (0, "GGUF"u8.ToArray(), "a GGUF file"),
        (0, [0x93, .. "NUMPY"u8], "a NumPy array"),
        (0, [0x1F, 0x8B], "compressed by gzip: unpack it first"),
        (257, "ustar"u8.ToArray(), "a tar archive: unpack it first"),
        (4, "TFL3"u8.ToArray(), "a TensorFlow Lite model"),
        (0, "{"u8.ToArray(), "JSON text: an architecture without weights, perhaps"),
    ];

    /// <exception cref="ModelFormatException">It is none of the known kinds; the message says what was found.</exception>
    internal static ModelFileKind Detect(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        (byte[] begin, long length) = Begin(path);
        if (Hdf5File.Begins(begin))
            return ModelFileKind.KerasHdf5;
        if (ZipContents.Begins(begin))
            return OfZip(path);
        if (IsSafetensors(begin, length))
            return ModelFileKind.Safetensors;
        if (begin is [OnnxVersionTag, > 0 and < NewestOnnxVersion, ..])
            return ModelFileKind.Onnx;
        string found = Array.Find(Others, other => begin.AsSpan(Math.Min(other.At, begin.Length)).StartsWith(other.Bytes))
            .What ?? $"{length} bytes that begin with {Convert.ToHexString(begin.AsSpan(0, Math.Min(8, begin.Length)))}";
        throw new ModelFormatException(
            path, "", $"{found}; known are safetensors, PyTorch's zip files (.pt), Keras' .h5 and .keras, and ONNX");
    }

    private static (byte[] Begin, long Length) Begin(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (!stream.CanSeek)
            throw new ModelFormatException(path, "", "it is a pipe or a device, not a file");
        byte[] begin = new byte[Looked];
        int count = stream.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false);
        return (begin[..count], stream.Length);
    }

    // The length of a JSON object that fits into the file, and the object.
    private static bool IsSafetensors(byte[] begin, long length) =>
        begin.Length > 8 && begin[8] == '{'
        && BinaryPrimitives.ReadUInt64LittleEndian(begin) <= (ulong)(length - 8);

    private static ModelFileKind OfZip(string path)
    {
        using ZipContents zip = ZipContents.Open(path);
        if (zip.Names.Any(name => name == "data.pkl" || name.EndsWith("/data.pkl", StringComparison.Ordinal)))
            return ModelFileKind.PyTorch;
        if (zip.Contains(KerasFile.WeightsEntry) || zip.Contains(KerasFile.ConfigEntry))
            return ModelFileKind.Keras;
        throw new ModelFormatException(
            path, "", $"a zip archive with {Listing.Of(zip.Names.Select(PrintableText.Of))}; PyTorch's have a data.pkl, " +
            $"Keras' a {KerasFile.ConfigEntry}");
    }
}
