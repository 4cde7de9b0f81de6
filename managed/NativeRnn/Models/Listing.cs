using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>Names in messages: the first few, and how many more there are.</summary>
internal static class Listing
{
    private const int Most = 8;

    internal static string Of(IEnumerable<string> names)
    {
        string[] all = [.. names];
        string listed = string.Join(", ", all.Take(Most).Select(PrintableText.Of));
        return all.Length > Most ? $"{listed} and {all.Length - Most} more" : listed;
    }
}
