using System.Globalization;
using NativeRnn.Formats.Onnx;

namespace NativeRnn.Models;

/// <summary>
/// Numbers that an ONNX file keeps in another file, as large models do. Only plain files beside the model are read: a
/// model must not make a program read what its author could not.
/// </summary>
internal sealed class OnnxExternalData(string modelPath)
{
    private readonly Dictionary<string, long> _taken = new(StringComparer.Ordinal);

    /// <summary>The bytes of a tensor.</summary>
    /// <param name="tensor">Says where they are.</param>
    /// <param name="length">How many there must be.</param>
    /// <exception cref="ArgumentException">The file must not be read, or does not hold them.</exception>
    internal byte[] Read(TensorProto tensor, long length)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (StringStringEntryProto entry in tensor.ExternalData)
        {
            if (!entries.TryAdd(entry.Key, entry.Value))
                throw new ArgumentException($"external data: {OnnxText.Quote(entry.Key)} is there twice");
        }

        long offset = Number(entries, "offset", 0);
        long told = Number(entries, "length", length);
        if (told != length)
            throw new ArgumentException($"external data has {told} bytes, the shape needs {length}");
        string location = entries.GetValueOrDefault("location", "");
        try
        {
            using FileStream stream = new(PathOf(location), FileMode.Open, FileAccess.Read, FileShare.Read);
            if (offset > stream.Length - length)
                throw new ArgumentException(
                    $"external data should be bytes {offset} to {offset} + {length} of {OnnxText.Quote(location)}, " +
                    $"which has {stream.Length}");
            long taken = _taken[location] = _taken.GetValueOrDefault(location) + length;
            if (taken > stream.Length)
                throw new ArgumentException(
                    $"tensors have {taken} bytes of {OnnxText.Quote(location)}, which has {stream.Length}: " +
                    "they overlap");
            byte[] bytes = new byte[length];
            stream.Position = offset;
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException(
                $"external data in {OnnxText.Quote(location)} can't be read: {wrong.Message}", wrong);
        }
    }

    private static long Number(Dictionary<string, string> entries, string key, long absent)
    {
        if (!entries.TryGetValue(key, out string? text))
            return absent;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new ArgumentException($"external data: {key} is {OnnxText.Quote(text)}, must be a number");
    }

    // A name without a folder, of a file that is no link.
    private string PathOf(string location)
    {
        if (location.Length == 0 || location is "." or ".." || location.AsSpan().IndexOfAny("/\\:\0") >= 0)
            throw new ArgumentException(
                $"external data is in {OnnxText.Quote(location)}: only files beside the model are read");
        string folder = Path.GetDirectoryName(Path.GetFullPath(modelPath)) ?? "";
        FileInfo file = new(Path.Combine(folder, location));
        if (file.LinkTarget is not null)
            throw new ArgumentException(
                $"external data is in {OnnxText.Quote(location)}, a link: only files beside the model are read");
        return file.FullName;
    }
}
