using System.Xml.Linq;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Architecture;

/// <summary>
/// The public surface is written down in PublicAPI.*.txt: PublicApiAnalyzers compares every member
/// when the library is built. These tests see that nobody switches that off.
/// </summary>
public class PublicApiTests
{
    private static readonly Type[] PublicTypes = typeof(Tensor).Assembly.GetExportedTypes();

    [Fact]
    public void PublicTypes_AreListed()
    {
        HashSet<string> listed = [.. new[] { "Shipped", "Unshipped" }.SelectMany(kind => File.ReadLines(
            NativeBuild.RepositoryFile($"managed/NativeRnn/PublicAPI.{kind}.txt")))];

        Assert.Empty(PublicTypes.Where(type => !type.IsGenericType)
            .Select(type => type.FullName!.Replace('+', '.'))
            .Except(listed));
    }

    [Fact]
    public void PublicTypes_AreDocumented()
    {
        string file = Path.ChangeExtension(typeof(Tensor).Assembly.Location, ".xml");
        HashSet<string> documented = [.. XDocument.Load(file).Descendants("member")
            .Where(member => member.Element("summary") is { Value.Length: > 0 })
            .Select(member => member.Attribute("name")!.Value)];

        Assert.Empty(PublicTypes.Select(type => $"T:{type.FullName!.Replace('+', '.')}").Except(documented));
    }
}
