using System.Text.RegularExpressions;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Package;

/// <summary>The pages that nuget.org shows of the packages.</summary>
public partial class PackageReadmeTests
{
    [Theory]
    [InlineData("NativeRnn")]
    [InlineData("NativeRnn.Cuda")]
    [InlineData("NativeRnn.Cli")]
    public void Links_AreAbsolute(string package)
    {
        Match[] relative = RelativeLink().Matches(Read($"managed/{package}/PACKAGE.md")).ToArray();
        Assert.Empty(relative.Select(link => link.Value));
    }

    [Fact]
    public void Program_IsTheFirstOne()
    {
        string page = Read("managed/NativeRnn/PACKAGE.md");
        string program = Read("managed/examples/FirstProgram/Program.cs");
        string code = program[program.IndexOf("using", StringComparison.Ordinal)..];
        Assert.Contains($"```csharp\n{code}```\n", page, StringComparison.Ordinal);
    }

    private static string Read(string file) => File.ReadAllText(NativeBuild.RepositoryFile(file));

    [GeneratedRegex(@"\]\((?!https://)[^)]*\)")]
    private static partial Regex RelativeLink();
}
