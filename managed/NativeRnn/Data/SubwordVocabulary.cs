namespace NativeRnn.Data;

/// <summary>
/// The pieces of words that a model of sequences reads or writes, each with its index, and two tokens more: one
/// that starts a sequence and one that ends it. Characters that no text had are <see cref="WordVocabulary.Unknown"/>.
/// </summary>
/// <example>
/// <code>
/// SubwordVocabulary german = SubwordVocabulary.Train(texts, merges: 4000);
/// int[] tokens = german.Encode(["ein", "antriebsrad"]);
/// string[] words = german.Decode(tokens);
/// </code>
/// </example>
public sealed class SubwordVocabulary
{
    private const int Reserved = 2;

    /// <summary>A vocabulary of pieces that were learnt before.</summary>
    /// <param name="encoding">How words are split.</param>
    /// <param name="pieces">The pieces and their indices.</param>
    public SubwordVocabulary(BytePairEncoding encoding, WordVocabulary pieces)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        ArgumentNullException.ThrowIfNull(pieces);
        (Encoding, Pieces) = (encoding, pieces);
    }

    /// <summary>How words are split.</summary>
    public BytePairEncoding Encoding { get; }

    /// <summary>The pieces and their indices.</summary>
    public WordVocabulary Pieces { get; }

    /// <summary>How many indices there are, start and end included.</summary>
    public int Count => Pieces.Count + Reserved;

    /// <summary>The token that starts a sequence.</summary>
    public int StartToken => Pieces.Count;

    /// <summary>The token that ends a sequence.</summary>
    public int EndToken => Pieces.Count + 1;

    /// <summary>Learns to split words, and numbers the pieces of the texts.</summary>
    /// <param name="texts">Each a list of words.</param>
    /// <param name="merges">The most merges to learn; about as many pieces there are.</param>
    public static SubwordVocabulary Train(IReadOnlyCollection<IEnumerable<string>> texts, int merges)
    {
        BytePairEncoding encoding = BytePairEncoding.Train(texts, merges);
        return new SubwordVocabulary(encoding, WordVocabulary.FromTexts(texts.Select(encoding.Split)));
    }

    /// <summary>The indices of the pieces of some words; neither start nor end.</summary>
    /// <param name="words">None empty.</param>
    public int[] Encode(IEnumerable<string> words) => Pieces.Encode(Encoding.Split(words));

    /// <summary>The words that some tokens make; start and end are left out.</summary>
    /// <param name="tokens">Each 0 to <see cref="Count"/> - 1.</param>
    public string[] Decode(IEnumerable<int> tokens) => BytePairEncoding.Join(DecodePieces(tokens));

    /// <summary>The pieces of some tokens; start and end are left out.</summary>
    /// <param name="tokens">Each 0 to <see cref="Count"/> - 1.</param>
    public string[] DecodePieces(IEnumerable<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return Pieces.Decode([.. tokens.Where(token => token != StartToken && token != EndToken)]);
    }
}
