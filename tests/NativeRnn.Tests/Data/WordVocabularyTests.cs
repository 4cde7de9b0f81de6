using NativeRnn.Data;

namespace NativeRnn.Tests.Data;

public class WordVocabularyTests
{
    private static readonly string[][] Texts = [["b", "a", "b"], ["c", "a", "b", "d"]];

    [Fact]
    public void FromTexts_TakesTheMostFrequentFirst()
    {
        WordVocabulary vocabulary = WordVocabulary.FromTexts(Texts);

        Assert.Equal(["b", "a", "c", "d"], vocabulary.Words);
        Assert.Equal(6, vocabulary.Count);
        Assert.Equal(3, vocabulary.IndexOf("a"));
        Assert.Equal("a", vocabulary[3]);
    }

    [Theory]
    [InlineData(2, null, "b a")]
    [InlineData(1, 3, "b a c")]
    [InlineData(4, null, "")]
    [InlineData(1, 0, "")]
    public void FromTexts_WithALimit_LeavesRareWordsOut(int minCount, int? maxWords, string words) => Assert.Equal(
        words, string.Join(' ', WordVocabulary.FromTexts(Texts, minCount, maxWords).Words));

    [Fact]
    public void Encode_ThenDecode_GivesTheWordsThatItKnows()
    {
        WordVocabulary vocabulary = new(["good", "film"]);

        int[] indices = vocabulary.Encode(["good", "bad", "film"]);

        Assert.Equal([2, WordVocabulary.Unknown, 3], indices);
        Assert.Equal(["good", "<unk>", "film", "<pad>"], vocabulary.Decode([.. indices, WordVocabulary.Padding]));
        Assert.True(vocabulary.Contains("film"));
        Assert.False(vocabulary.Contains("bad"));
    }

    [Theory]
    [InlineData("a", "b", "a")]
    [InlineData("a", "", "b")]
    public void Constructor_OfNoVocabulary_Refuses(params string[] words) =>
        Assert.Throws<ArgumentException>(() => new WordVocabulary(words));

    [Fact]
    public void WrongNumbers_AreNamed()
    {
        WordVocabulary vocabulary = new(["a"]);

        Assert.Contains("0 to 2", Assert.Throws<ArgumentOutOfRangeException>(() => vocabulary[3]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => vocabulary.Decode([-1]));
        Assert.Throws<ArgumentOutOfRangeException>("minCount", () => WordVocabulary.FromTexts(Texts, minCount: 0));
        Assert.Throws<ArgumentOutOfRangeException>("maxWords", () => WordVocabulary.FromTexts(Texts, maxWords: -1));
    }
}
