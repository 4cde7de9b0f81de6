namespace NativeRnn.Models;

/// <summary>Names out of a file as messages show them: short, and without what moves a terminal's cursor.</summary>
internal static class OnnxText
{
    private const int Longest = 80;
    private const int MostNames = 5;

    internal static string Quote(string name)
    {
        string shown = name.Length <= Longest ? name : string.Concat(name.AsSpan(0, Longest), "...");
        return $"'{string.Concat(shown.Select(sign => char.IsControl(sign) ? '?' : sign))}'";
    }

    /// <summary>The first names, and how many there are more.</summary>
    internal static string List(IReadOnlyCollection<string> names)
    {
        string shown = string.Join(", ", names.Take(MostNames));
        return names.Count <= MostNames ? shown : $"{shown} and {names.Count - MostNames} more";
    }
}
