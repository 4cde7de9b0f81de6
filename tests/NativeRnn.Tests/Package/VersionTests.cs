using System.Text.RegularExpressions;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Package;

/// <summary>The version stands in Directory.Build.props; what repeats it agrees.</summary>
public partial class VersionTests
{
    private static readonly string Version =
        Capture(VersionProperty(), "Directory.Build.props");

    [Fact]
    public void Assembly_HasIt() => Assert.Equal(
        Version, typeof(Device).Assembly.GetName().Version!.ToString(fieldCount: 3));

    [Fact]
    public void NativeProject_HasIt() => Assert.Equal(Version, Capture(ProjectVersion(), "CMakeLists.txt"));

    [Fact]
    public void Changelog_BeginsWithItOrUnreleased() => Assert.Contains(
        Capture(FirstHeading(), "CHANGELOG.md"), new[] { "Unreleased", Version });

    private static string Capture(Regex pattern, string file)
    {
        Match match = pattern.Match(File.ReadAllText(NativeBuild.RepositoryFile(file)));
        Assert.True(match.Success, $"{file} has no {pattern}");
        return match.Groups[1].Value;
    }

    [GeneratedRegex("<Version>(.*)</Version>")]
    private static partial Regex VersionProperty();

    [GeneratedRegex(@"project\(NativeRnn VERSION (\S+)")]
    private static partial Regex ProjectVersion();

    // "## 0.2.0 (2030-01-31)" or "## Unreleased".
    [GeneratedRegex(@"^## (\S+)", RegexOptions.Multiline)]
    private static partial Regex FirstHeading();
}
