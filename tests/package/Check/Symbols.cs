using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Text;

namespace NativeRnn.Package;

/// <summary>What a portable .pdb says of the sources.</summary>
internal static class Symbols
{
    // As in the specification of portable PDBs.
    private static readonly Guid SourceLinkKind = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    /// <summary>Requires sources below /_/, and links to them when <paramref name="repository"/> is given.</summary>
    /// <param name="package">The package with the symbols.</param>
    /// <param name="path">The .pdb in it.</param>
    /// <param name="repository">A repository on GitHub as owner/name; null: no links are required.</param>
    public static void Check(Package package, string path, string? repository)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbImage(ImmutableArray.Create(package.Read(path)));
        MetadataReader pdb = provider.GetMetadataReader();

        string[] sources = [.. pdb.Documents.Select(document => pdb.GetString(pdb.GetDocument(document).Name))];
        package.Require(sources.Length > 0, $"{path} names no source");
        foreach (string source in sources.Where(source => !source.StartsWith("/_/", StringComparison.Ordinal)).Take(3))
            package.Require(false, $"{path} has the path {source}, should be below /_/");

        if (repository is not null)
        {
            string link = $"{{\"documents\":{{\"/_/*\":\"https://raw.githubusercontent.com/{repository}/";
            string links = SourceLink(pdb);
            package.Require(
                links.StartsWith(link, StringComparison.Ordinal),
                $"{path} links to \"{links}\", should begin with {link}");
        }
    }

    private static string SourceLink(MetadataReader pdb) => pdb.CustomDebugInformation
        .Select(pdb.GetCustomDebugInformation)
        .Where(information => pdb.GetGuid(information.Kind) == SourceLinkKind)
        .Select(information => Encoding.UTF8.GetString(pdb.GetBlobBytes(information.Value)))
        .FirstOrDefault("");
}
