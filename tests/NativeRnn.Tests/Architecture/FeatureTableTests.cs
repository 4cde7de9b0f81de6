using System.Reflection;
using System.Text.RegularExpressions;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Architecture;

/// <summary>Each test that the feature table of managed/README.md names is there.</summary>
public partial class FeatureTableTests
{
    private const string Header =
        "| | NativeRnn | PyTorch | Keras | cuDNN | oneDNN | ONNX | haste |";

    private static readonly string[] s_peerAnswers = ["yes", "no", "by hand", "–"];

    private static readonly HashSet<string> s_tests =
    [
        .. from type in typeof(FeatureTableTests).Assembly.GetTypes()
           from method in type.GetMethods()
           where method.GetCustomAttributes<FactAttribute>().Any()
           select $"{type.Name}.{method.Name}",
    ];

    private static readonly HashSet<string> s_nativeTests =
    [
        .. from file in Directory.EnumerateFiles(NativeBuild.RepositoryFile("tests/native"), "*.cc")
           from Match match in NativeTest().Matches(File.ReadAllText(file))
           select $"{match.Groups["suite"].Value}.{match.Groups["name"].Value}",
    ];

    /// <summary>What is told of a feature: its name, then the answers of the columns.</summary>
    public static TheoryData<string, string, string[]> Rows()
    {
        TheoryData<string, string, string[]> rows = [];
        string readme = File.ReadAllText(NativeBuild.RepositoryFile("managed/README.md"));
        foreach (string table in readme.Split(Header)[1..])
        {
            IEnumerable<string> lines = table.Split('\n').Skip(2).TakeWhile(line => line.StartsWith('|'));
            foreach (string[] cells in lines.Select(line => line.Trim('|').Split('|')))
            {
                rows.Add(cells[0].Trim(), cells[1].Trim(), [.. cells[2..].Select(cell => cell.Trim())]);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Feature_NamesTestsThatExist(string feature, string own, string[] peers)
    {
        string[] named = [.. Named().Matches(own).Select(match => match.Groups["test"].Value)];

        Assert.NotEmpty(feature);
        Assert.Matches("^(yes: `|partly: |no$|no: )", own);
        Assert.True(named.Length > 0 || !own.StartsWith("yes", StringComparison.Ordinal), own);
        Assert.All(named, name => Assert.Contains(
            name.Replace("native ", "", StringComparison.Ordinal),
            name.StartsWith("native ", StringComparison.Ordinal) ? s_nativeTests : s_tests));
        Assert.Equal(6, peers.Length);
        Assert.All(peers, answer => Assert.Contains(Remark().Replace(answer, ""), s_peerAnswers));
    }

    /// <summary>`Class.Method` or `native Suite.Name`.</summary>
    [GeneratedRegex(@"`(?<test>(native )?\w+\.\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"^(TEST|TEST_F|TEST_P)\(\s*(?<suite>\w+),\s*(?<name>\w+)\)", RegexOptions.Multiline)]
    private static partial Regex NativeTest();

    [GeneratedRegex(@" \([^)]*\)$")]
    private static partial Regex Remark();
}
