using System.Text.RegularExpressions;

namespace NativeRnn.Tests.Interop;

/// <summary>
/// The names that nativernn.h declares, found in its text: a second opinion beside CppSharp's.
/// </summary>
internal static partial class CHeader
{
    /// <summary>The header's path.</summary>
    public static string File { get; } =
        NativeBuild.RepositoryFile("native/include/nativernn/nativernn.h");

    /// <summary>The functions, sorted.</summary>
    public static IReadOnlyList<string> Functions { get; } = Names(Function());

    /// <summary>The structs that have fields, sorted.</summary>
    public static IReadOnlyList<string> Structs { get; } = Names(Struct());

    /// <summary>
    /// <c>nrnn_rnn_config</c> to <c>RnnConfig</c>: what the generator calls a struct or a field.
    /// </summary>
    public static string ToCSharp(string name) =>
        string.Concat(
            name.Split('_')
                .Where((word, position) => position > 0 || word != "nrnn")
                .Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static string[] Names(Regex declaration)
    {
        string text = Comment().Replace(System.IO.File.ReadAllText(File), string.Empty);
        IEnumerable<string> names =
            declaration.Matches(text).Select(match => match.Groups[1].Value);
        return [.. names.Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex("//.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bNRNN_API\s[^;(]*\b(nrnn_\w+)\(")]
    private static partial Regex Function();

    [GeneratedRegex(@"\bstruct (nrnn_\w+)\s*\{")]
    private static partial Regex Struct();
}
