using System.Globalization;

namespace NativeRnn.Data;

/// <summary>
/// Splits text into lower-case words and marks. A word is a run of letters and digits; what English joins to a
/// word by an apostrophe is a word of its own (<c>do n't</c>, <c>film 's</c>); every other mark that is no space
/// stands alone, the hyphen between two words too. Spaces around marks, as in texts that were split before,
/// change nothing.
/// </summary>
/// <example>
/// <code>
/// WordTokenizer.Tokenize("It isn't well-made!"); // it is n't well - made !
/// </code>
/// </example>
public static class WordTokenizer
{
    private const string Negation = "n't";

    // What follows an apostrophe at the end of a word.
    private static readonly string[] Endings = ["s", "ve", "re", "d", "ll", "m"];

    /// <summary>Splits a text.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>Its words and marks, in their order; none for a text of spaces.</returns>
    public static string[] Tokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string all = text.ToLowerInvariant().Replace('\u2019', '\'');
        List<string> tokens = [];
        int at = 0;
        while (at < all.Length)
        {
            int end = TokenEnd(all, at);
            if (!IsIgnored(all, at))
            {
                tokens.Add(all[at..end]);
            }

            at = end;
        }

        return [.. tokens];
    }

    private static int TokenEnd(string text, int start)
    {
        int end = start;
        while (end < text.Length && IsOfWord(text, end))
        {
            end += CharactersAt(text, end);
        }

        if (end == start)
        {
            return EndingAt(text, start) ?? start + CharactersAt(text, start);
        }

        // "isn" before "'t": the n belongs to what follows, and is all of this run if the texts were split before.
        if (IsNegation(text, end - 1))
        {
            return end - 1 > start ? end - 1 : start + Negation.Length;
        }

        return end;
    }

    // Where an ending such as 's ends that begins here; null: none does.
    private static int? EndingAt(string text, int start)
    {
        if (text[start] != '\'')
        {
            return null;
        }

        foreach (string ending in Endings)
        {
            int end = start + 1 + ending.Length;
            if (string.CompareOrdinal(text, start + 1, ending, 0, ending.Length) == 0 && IsWordEnd(text, end))
            {
                return end;
            }
        }

        return null;
    }

    private static bool IsNegation(string text, int start) =>
        string.CompareOrdinal(text, start, Negation, 0, Negation.Length) == 0
        && IsWordEnd(text, start + Negation.Length);

    private static bool IsWordEnd(string text, int end) => end >= text.Length || !IsOfWord(text, end);

    private static bool IsOfWord(string text, int at) => CategoryAt(text, at) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => true,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => true,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => true,
        _ => false,
    };

    private static bool IsIgnored(string text, int at) =>
        char.IsWhiteSpace(text[at]) || CategoryAt(text, at) is UnicodeCategory.Control or UnicodeCategory.Format;

    private static UnicodeCategory CategoryAt(string text, int at) => CharUnicodeInfo.GetUnicodeCategory(text, at);

    private static int CharactersAt(string text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
}
