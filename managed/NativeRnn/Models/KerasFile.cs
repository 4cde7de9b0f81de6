using System.Text;
using System.Text.Json;
using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>
/// An open file of Keras: .h5 (Keras 1 and 2), .weights.h5 or .keras (Keras 3), told apart by what they hold.
/// </summary>
internal sealed class KerasFile : IDisposable
{
    internal const string ConfigEntry = "config.json";
    internal const string WeightsEntry = "model.weights.h5";
    private const string MetadataEntry = "metadata.json";

    private readonly Hdf5File _weights;

    private KerasFile(string path, Hdf5File weights, string? config, string? version)
    {
        Path = path;
        _weights = weights;
        Config = config;
        Version = KerasVersion.Parse(version);
    }

    internal string Path { get; }

    /// <summary>The model's JSON; null: the file has weights only.</summary>
    internal string? Config { get; }

    internal KerasVersion Version { get; }

    /// <summary>Bytes that hold all weights.</summary>
    internal long WeightBytes => _weights.Length;

    internal static KerasFile Open(string path)
    {
        Span<byte> begin = stackalloc byte[8];
        using (FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            begin = begin[..stream.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false)];
        }

        if (Hdf5File.Begins(begin))
        {
            return OpenHdf5(path);
        }

        return ZipContents.Begins(begin)
            ? OpenZip(path)
            : throw new ModelFormatException(
                path, "", "neither HDF5 (.h5) nor a zip archive (.keras): no file of Keras");
    }

    internal KerasWeights Weights() => KerasWeights.Of(Path, _weights);

    public void Dispose() => _weights.Dispose();

    private static KerasFile OpenHdf5(string path)
    {
        Hdf5File file = Hdf5File.Open(path);
        try
        {
            Hdf5Group root = file.Root;
            return new KerasFile(
                path, file, root.FindAttribute("model_config")?.Text(), root.FindAttribute("keras_version")?.Text());
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static KerasFile OpenZip(string path)
    {
        using ZipContents zip = ZipContents.Open(path);
        string config = TextOf(path, zip, ConfigEntry);
        string? version = zip.Contains(MetadataEntry) ? VersionIn(path, TextOf(path, zip, MetadataEntry)) : "3.0";
        Hdf5File weights = Hdf5File.Open($"{path}/{WeightsEntry}", new MemoryStream(zip.Read(WeightsEntry)));
        return new KerasFile(path, weights, config, version);
    }

    private static string TextOf(string path, ZipContents zip, string entry)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(zip.Read(entry));
        }
        catch (DecoderFallbackException exception)
        {
            throw new ModelFormatException(path, entry, "not UTF-8", exception);
        }
    }

    private static string? VersionIn(string path, string metadata)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(metadata);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("keras_version", out JsonElement version)
                && version.ValueKind == JsonValueKind.String
                ? version.GetString()
                : throw new ModelFormatException(path, MetadataEntry, "keras_version is missing");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ModelFormatException(path, MetadataEntry, $"no JSON: {exception.Message}", exception);
        }
    }
}
