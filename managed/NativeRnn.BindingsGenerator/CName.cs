using System.Globalization;

namespace NativeRnn.BindingsGenerator;

/// <summary>Turns names of the C interface into C# names.</summary>
internal static class CName
{
    private const string Prefix = "nrnn_";

    /// <summary><c>nrnn_buffer_write</c> to <c>BufferWrite</c>; structs and fields too.</summary>
    public static string ToPascal(string name) =>
        string.Concat(Words(WithoutPrefix(name)).Select(Capitalize));

    /// <summary><c>out_device</c> to <c>outDevice</c>, for parameters.</summary>
    public static string ToCamel(string name)
    {
        string pascal = ToPascal(name);
        return char.ToLowerInvariant(pascal[0]) + pascal[1..];
    }

    /// <summary>
    /// <c>nrnn_cell</c> to <c>NrnnCell</c>: the names without the prefix are for the library's own
    /// enums.
    /// </summary>
    public static string ToEnum(string name) => "Nrnn" + ToPascal(name);

    /// <summary>
    /// How many leading words all members of an enum share, such as <c>NRNN_CELL_</c>; every member
    /// keeps one at least.
    /// </summary>
    public static int SharedWords(IReadOnlyCollection<string> members)
    {
        string[][] words = [.. members.Select(Words)];
        int shared = 0;
        while (words.All(word => word.Length > shared + 1 && word[shared] == words[0][shared]))
        {
            shared++;
        }

        return shared;
    }

    /// <summary>
    /// <c>NRNN_CELL_RNN_TANH</c> to <c>RnnTanh</c>, without what its enum's members share.
    /// </summary>
    public static string ToMember(string name, int sharedWords) =>
        string.Concat(Words(name).Skip(sharedWords).Select(Capitalize));

    private static string WithoutPrefix(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;

    private static string[] Words(string name) =>
        name.Split('_', StringSplitOptions.RemoveEmptyEntries);

    private static string Capitalize(string word) =>
        char.ToUpperInvariant(word[0]) + word[1..].ToLower(CultureInfo.InvariantCulture);
}
