using System.Text.RegularExpressions;

namespace NativeRnn.BindingsGenerator;

/// <summary>
/// Takes the raw layer out of the classes that CppSharp nests it in and makes it internal:
/// <code>
/// public unsafe partial class RnnConfig             [StructLayout(...)]
/// {                                                 internal unsafe struct RnnConfig
///     [StructLayout(...)]                           {
///     public partial struct __Internal       ->         internal int Cell;
///     {                                             }
///         internal int Cell;
///     }
/// }
/// </code>
/// </summary>
internal static partial class RawLayerText
{
    /// <summary>The final text of the file.</summary>
    /// <param name="text">CppSharp's text, without wrappers of functions.</param>
    /// <param name="externsClass">The name of the class that holds the externs.</param>
    /// <param name="stamp">The file's first line.</param>
    public static string From(string text, string externsClass, string stamp)
    {
        string body = NestedType().Replace(text, match => Unnest(match, externsClass));
        body = body.Replace("public enum ", "internal enum ", StringComparison.Ordinal);
        if (NotRaw().IsMatch(body))
        {
            throw new InvalidOperationException(
                "CppSharp's output has a shape that this generator does not know.");
        }

        return $"{stamp}\n{body.TrimEnd()}\n";
    }

    private static string Unnest(Match match, string externsClass)
    {
        string name = match.Groups["name"].Value;
        string kind = name == externsClass ? "static unsafe partial class" : "unsafe struct";
        string layout = OneLevel().Replace(match.Groups["layout"].Value, string.Empty);
        string members = OneLevel().Replace(match.Groups["members"].Value, string.Empty);
        return $"{layout}    internal {kind} {name}\n    {{\n{members}    }}\n";
    }

    [GeneratedRegex(
        """
        ^    public unsafe partial class (?<name>\w+)
            \{
        (?<layout>(?:        \[StructLayout.*\n)?)        public partial struct __Internal
                \{
        (?<members>(?:.*\n)*?)        \}
        \n?    \}\n
        """,
        RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex NestedType();

    [GeneratedRegex(@"^ *public |CppSharp\.Runtime", RegexOptions.Multiline)]
    private static partial Regex NotRaw();

    [GeneratedRegex("^    ", RegexOptions.Multiline)]
    private static partial Regex OneLevel();
}
