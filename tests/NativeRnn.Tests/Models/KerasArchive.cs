using System.IO.Compression;
using System.Text.Json.Nodes;

namespace NativeRnn.Tests.Models;

/// <summary>Files .keras that tests make of a good one: with another architecture, or other entries.</summary>
internal static class KerasArchive
{
    /// <summary>The entries of a file.</summary>
    public static Dictionary<string, byte[]> Entries(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        return archive.Entries.ToDictionary(entry => entry.FullName, Read);
    }

    /// <summary>An archive of entries, stored as Keras does.</summary>
    public static byte[] Make(IEnumerable<KeyValuePair<string, byte[]>> entries)
    {
        using MemoryStream bytes = new();
        using (ZipArchive archive = new(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                stream.Write(content);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>A file with its JSON changed.</summary>
    public static byte[] With(string path, Action<JsonNode> change)
    {
        JsonNode config = JsonNode.Parse(Entries(path)["config.json"])!;
        change(config);
        return WithText(path, config.ToJsonString());
    }

    /// <summary>A file with other JSON.</summary>
    public static byte[] WithText(string path, string config)
    {
        Dictionary<string, byte[]> entries = Entries(path);
        entries["config.json"] = System.Text.Encoding.UTF8.GetBytes(config);
        return Make(entries);
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
