using System.IO.Compression;
using System.Xml.Linq;

namespace NativeRnn.Package;

/// <summary>A package file, opened for reading; notes what is wrong with it.</summary>
internal sealed class Package : IDisposable
{
    private readonly ZipArchive _zip;
    private readonly XElement _metadata;
    private readonly string _file;

    /// <summary>Opens a .nupkg or .snupkg.</summary>
    public Package(string path)
    {
        _file = Path.GetFileName(path);
        Length = new FileInfo(path).Length;
        _zip = ZipFile.OpenRead(path);
        using Stream nuspec = _zip.Entries
            .Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        _metadata = XElement.Load(nuspec).Elements().Single(element => element.Name.LocalName == "metadata");
    }

    /// <summary>What is wrong, a line each.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>The paths of the files in it, without those that NuGet adds to each package.</summary>
    public IEnumerable<string> Files => _zip.Entries.Select(entry => entry.FullName).Where(name =>
        !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal)
        && !name.EndsWith(".nuspec", StringComparison.Ordinal) && name != "[Content_Types].xml");

    public void Dispose() => _zip.Dispose();

    /// <summary>Notes a problem unless a condition holds.</summary>
    public void Require(bool condition, string problem)
    {
        if (!condition)
            Problems.Add($"{_file}: {problem}");
    }

    /// <summary>Requires these files and no others.</summary>
    public void RequireFiles(params IEnumerable<string> expected)
    {
        string[] wanted = [.. expected];
        foreach (string missing in wanted.Except(Files))
            Require(false, $"{missing} is missing");
        foreach (string extra in Files.Except(wanted))
            Require(false, $"{extra} should not be there");
    }

    /// <summary>Requires an element of the nuspec to have a text.</summary>
    public void RequireField(string name, string expected)
    {
        string? value = Field(name)?.Value;
        Require(value == expected, $"<{name}> is {value ?? "absent"}, should be {expected}");
    }

    /// <summary>Requires a field to say something.</summary>
    public void RequireField(string name) =>
        Require(!string.IsNullOrWhiteSpace(Field(name)?.Value), $"<{name}> is absent or empty");

    /// <summary>Requires an upper bound of a file's size, in bytes.</summary>
    public void RequireAtMost(string path, long bytes)
    {
        long length = _zip.GetEntry(path)?.Length ?? 0;
        Require(length <= bytes, $"{path} has {length:N0} bytes, should have at most {bytes:N0}");
    }

    /// <summary>The first element of the nuspec of a name, at any depth; null where there is none.</summary>
    public XElement? Field(string name) =>
        _metadata.Descendants().FirstOrDefault(element => element.Name.LocalName == name);

    /// <summary>The dependencies as "id version", in order of their names.</summary>
    public string[] Dependencies() =>
        [.. _metadata.Descendants().Where(element => element.Name.LocalName == "dependency")
            .Select(element => $"{element.Attribute("id")!.Value} {element.Attribute("version")!.Value}")
            .Order(StringComparer.Ordinal)];

    /// <summary>A file's content.</summary>
    public byte[] Read(string path)
    {
        using Stream stream = _zip.GetEntry(path)!.Open();
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
