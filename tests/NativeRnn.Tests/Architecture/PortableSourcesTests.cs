using System.Text.RegularExpressions;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Architecture;

/// <summary>
/// The native sources that every platform compiles: what only GCC and Clang understand stands in the few files that have the
/// words of MSVC beside them.
/// </summary>
public partial class PortableSourcesTests
{
    private static readonly string[] Folders =
        ["native/include", "native/src/core", "native/src/api", "native/src/cpu", "native/reference"];

    private static readonly string[] OfCompilers =
        ["native/include/nativernn/nativernn.h", "native/src/cpu/compiler.h", "native/src/cpu/cpu_features.cc"];

    [Fact]
    public void NativeSources_HaveWordsOfOneCompiler_OnlyWhereTheOthersStandBeside()
    {
        string[] wrong =
        [
            .. from folder in Folders
               from file in Directory.EnumerateFiles(NativeBuild.RepositoryFile(folder), "*", SearchOption.AllDirectories)
               let name = Path.GetRelativePath(NativeBuild.RepositoryRoot, file)
               where !OfCompilers.Contains(name)
               from line in File.ReadLines(file)
               where OneCompiler().IsMatch(line.Split("//")[0])
               select $"{name}: {line.Trim()}",
        ];

        Assert.Empty(wrong);
    }

    [Fact]
    public void FilesOfCompilers_NameMsvc()
    {
        Assert.All(
            OfCompilers,
            name => Assert.Matches("_MSC_VER|_WIN32", File.ReadAllText(NativeBuild.RepositoryFile(name))));
    }

    [GeneratedRegex(@"__builtin_|__attribute__|__asm__|\basm\b|__int128|__restrict__|__x86_64__|\btypeof\b")]
    private static partial Regex OneCompiler();
}
