using System.Text.RegularExpressions;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Architecture;

/// <summary>The README's programs are pieces of the examples, which are run by tests of their own.</summary>
public partial class ReadmeTests
{
    private static readonly string Readme =
        File.ReadAllText(NativeBuild.RepositoryFile("README.md"));

    [Fact]
    public void Programs_AreInTheExamples()
    {
        Match[] programs = Program().Matches(Readme).ToArray();

        Assert.NotEmpty(programs);
        Assert.All(programs, program => Assert.Contains(
            program.Groups["code"].Value,
            File.ReadAllText(NativeBuild.RepositoryFile(program.Groups["file"].Value)),
            StringComparison.Ordinal));
    }

    [Fact]
    public void Programs_AllNameTheirFile() => Assert.Equal(
        Readme.Split("```csharp").Length - 1, Program().Count(Readme));

    [GeneratedRegex(@"<!-- (?<file>\S+\.cs) -->\n```csharp\n(?<code>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Program();
}
