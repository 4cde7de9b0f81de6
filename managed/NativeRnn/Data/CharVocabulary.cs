using System.Globalization;

namespace NativeRnn.Data;

/// <summary>
/// The characters that a model knows, each with its index. A character is one UTF-16 code unit.
/// </summary>
public sealed class CharVocabulary
{
    private readonly int[] _indices = new int[char.MaxValue + 1];

    /// <summary>A vocabulary of the given characters; a character's index is its place.</summary>
    /// <param name="characters">At least one character, none twice.</param>
    /// <exception cref="ArgumentException">It is empty, or a character stands in it twice.</exception>
    public CharVocabulary(string characters)
    {
        ArgumentException.ThrowIfNullOrEmpty(characters);
        Array.Fill(_indices, -1);
        for (int index = 0; index < characters.Length; index++)
        {
            char character = characters[index];
            if (_indices[character] >= 0)
            {
                throw new ArgumentException(
                    $"the character {Describe(character)} stands in the vocabulary twice, at " +
                    $"{_indices[character]} and {index}", nameof(characters));
            }

            _indices[character] = index;
        }

        Characters = characters;
    }

    /// <summary>All characters, in the order of their indices.</summary>
    public string Characters { get; }

    /// <summary>How many characters there are.</summary>
    public int Count => Characters.Length;

    /// <summary>The character with an index.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public char this[int index] => Characters[index];

    /// <summary>The distinct characters of a text, sorted by code unit.</summary>
    /// <param name="text">At least one character.</param>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public static CharVocabulary FromText(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        bool[] seen = new bool[char.MaxValue + 1];
        foreach (char character in text)
        {
            seen[character] = true;
        }

        return new CharVocabulary(new string(
            [.. Enumerable.Range(0, seen.Length).Where(code => seen[code]).Select(code => (char)code)]));
    }

    /// <summary>Whether the vocabulary has a character.</summary>
    /// <param name="character">Any character.</param>
    public bool Contains(char character) => _indices[character] >= 0;

    /// <summary>The index of a character.</summary>
    /// <param name="character">A character of the vocabulary.</param>
    /// <exception cref="ArgumentException">The vocabulary has no such character.</exception>
    public int IndexOf(char character)
    {
        int index = _indices[character];
        return index >= 0 ? index : throw new ArgumentException(
            $"the vocabulary has no character {Describe(character)}", nameof(character));
    }

    /// <summary>The indices of a text's characters.</summary>
    /// <param name="text">Characters of the vocabulary.</param>
    /// <exception cref="ArgumentException">
    /// The vocabulary lacks a character; the message names it and its place.
    /// </exception>
    public int[] Encode(ReadOnlySpan<char> text)
    {
        int[] indices = new int[text.Length];
        for (int place = 0; place < text.Length; place++)
        {
            indices[place] = _indices[text[place]];
            if (indices[place] < 0)
            {
                throw new ArgumentException(
                    $"the vocabulary has no character {Describe(text[place])} " +
                    $"(character {place + 1} of the text)", nameof(text));
            }
        }

        return indices;
    }

    /// <summary>The text of some indices.</summary>
    /// <param name="indices">Each 0 to <see cref="Count"/> - 1.</param>
    public string Decode(ReadOnlySpan<int> indices)
    {
        char[] text = new char[indices.Length];
        for (int place = 0; place < indices.Length; place++)
        {
            if ((uint)indices[place] >= (uint)Count)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(indices), indices[place], $"an index must be 0 to {Count - 1}");
            }

            text[place] = Characters[indices[place]];
        }

        return new string(text);
    }

    private static string Describe(char character)
    {
        string code = "U+" + ((int)character).ToString("X4", CultureInfo.InvariantCulture);
        return char.IsControl(character) || char.IsSurrogate(character)
            ? code
            : $"'{character}' ({code})";
    }
}
