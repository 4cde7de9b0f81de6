using System.IO.Compression;
using System.Text;

namespace NativeRnn.Tests.Formats.PyTorch;

/// <summary>Writes the zip archive of a file of torch.save, with a pickle of the test's own.</summary>
internal sealed class TorchArchive
{
    private readonly List<(string Name, byte[] Bytes)> _entries = [];

    public TorchArchive(byte[] pickle) => Add("archive/data.pkl", pickle);

    /// <summary>The values of storage "0".</summary>
    public static readonly float[] Values = [0, 1, 2, 3, 4, 5];

    public CompressionLevel Compression { get; init; } = CompressionLevel.NoCompression;

    /// <summary>With a version and storage "0".</summary>
    public static TorchArchive Of(byte[] pickle) => new TorchArchive(pickle)
        .Add("archive/version", "3\n")
        .Add("archive/data/0", Bytes(Values));

    public static byte[] Bytes(params float[] values) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    public TorchArchive Add(string name, string text) => Add(name, Encoding.UTF8.GetBytes(text));

    public TorchArchive Add(string name, byte[] bytes)
    {
        _entries.Add((name, bytes));
        return this;
    }

    public byte[] ToArray()
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in _entries)
            {
                using Stream entry = zip.CreateEntry(name, Compression).Open();
                entry.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    public void Write(string path) => File.WriteAllBytes(path, ToArray());
}
