namespace NativeRnn.Data;

/// <summary>
/// The words that a model knows, each with its index. Index 0 stands for no word, as what fills up shorter
/// texts, and index 1 for each word that the vocabulary lacks.
/// </summary>
/// <example>
/// <code>
/// string[][] texts = [.. sentences.Select(WordTokenizer.Tokenize)];
/// WordVocabulary vocabulary = WordVocabulary.FromTexts(texts, minCount: 2);
/// int[] indices = vocabulary.Encode(texts[0]);
/// </code>
/// </example>
public sealed class WordVocabulary
{
    /// <summary>The index that stands for no word.</summary>
    public const int Padding = 0;

    /// <summary>The index of words that the vocabulary lacks.</summary>
    public const int Unknown = 1;

    private const int Reserved = 2;
    private static readonly string[] ReservedNames = ["<pad>", "<unk>"];

    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);

    /// <summary>A vocabulary of the given words; a word's index is its place plus 2.</summary>
    /// <param name="words">None empty, none twice; there may be none at all.</param>
    /// <exception cref="ArgumentException">A word is empty or stands there twice.</exception>
    public WordVocabulary(IEnumerable<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        Words = [.. words];
        for (int place = 0; place < Words.Count; place++)
        {
            if (string.IsNullOrEmpty(Words[place]))
            {
                throw new ArgumentException($"word {place} is empty", nameof(words));
            }

            if (!_indices.TryAdd(Words[place], place + Reserved))
            {
                throw new ArgumentException(
                    $"the word '{Words[place]}' stands in the vocabulary twice, at " +
                    $"{_indices[Words[place]] - Reserved} and {place}", nameof(words));
            }
        }
    }

    /// <summary>All words, in the order of their indices, from index 2 on.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>How many indices there are: 2 more than words.</summary>
    public int Count => Words.Count + Reserved;

    /// <summary>The word with an index; <c>&lt;pad&gt;</c> and <c>&lt;unk&gt;</c> for the first two.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public string this[int index] => (uint)index < (uint)Count
        ? index < Reserved ? ReservedNames[index] : Words[index - Reserved]
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"an index must be 0 to {Count - 1}");

    /// <summary>The words of some texts, the most frequent first; equally frequent ones by code unit.</summary>
    /// <param name="texts">Each a list of words.</param>
    /// <param name="minCount">Rarer words are left out, so that a model learns what unknown words are like;
    /// at least 1.</param>
    /// <param name="maxWords">How many of the most frequent ones are taken at most; null: all.</param>
    public static WordVocabulary FromTexts(
        IEnumerable<IEnumerable<string>> texts, int minCount = 1, int? maxWords = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(minCount, 1);
        if (maxWords is int most)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(most, nameof(maxWords));
        }

        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (string word in texts.SelectMany(words => words))
        {
            counts[word] = counts.GetValueOrDefault(word) + 1;
        }

        return new WordVocabulary(counts
            .Where(entry => entry.Value >= minCount)
            .OrderByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => entry.Key)
            .Take(maxWords ?? int.MaxValue));
    }

    /// <summary>Whether the vocabulary has a word.</summary>
    /// <param name="word">Any word.</param>
    public bool Contains(string word) => _indices.ContainsKey(word);

    /// <summary>The index of a word, or <see cref="Unknown"/>.</summary>
    /// <param name="word">Any word.</param>
    public int IndexOf(string word) => _indices.GetValueOrDefault(word, Unknown);

    /// <summary>The indices of a text's words; <see cref="Unknown"/> where the vocabulary lacks one.</summary>
    /// <param name="words">Any words.</param>
    public int[] Encode(IEnumerable<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return [.. words.Select(IndexOf)];
    }

    /// <summary>The words of some indices.</summary>
    /// <param name="indices">Each 0 to <see cref="Count"/> - 1.</param>
    public string[] Decode(ReadOnlySpan<int> indices)
    {
        string[] words = new string[indices.Length];
        for (int place = 0; place < words.Length; place++)
        {
            words[place] = this[indices[place]];
        }

        return words;
    }
}
