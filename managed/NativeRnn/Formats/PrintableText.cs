using System.Text;

namespace NativeRnn.Formats;

/// <summary>Texts of files that nobody vouches for, made fit for a message.</summary>
internal static class PrintableText
{
    private const int MaxLength = 80;

    /// <summary>At most 80 characters, without control characters.</summary>
    internal static string Of(string text)
    {
        StringBuilder printable = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (printable.Length >= MaxLength)
            {
                return printable.Append("...").ToString();
            }

            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            {
                printable.Append('?');
            }
            else
            {
                printable.Append(rune.ToString());
            }
        }

        return printable.ToString();
    }
}
