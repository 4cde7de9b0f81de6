using NativeRnn.Data;

namespace NativeRnn.Tests.Data;

public class CharVocabularyTests
{
    [Fact]
    public void FromText_SortsDistinctCharacters()
    {
        CharVocabulary vocabulary = CharVocabulary.FromText("hello\nworld");

        Assert.Equal("\ndehlorw", vocabulary.Characters);
        Assert.Equal(8, vocabulary.Count);
        Assert.Equal('d', vocabulary[1]);
        Assert.Equal(1, vocabulary.IndexOf('d'));
    }

    [Fact]
    public void Encode_ThenDecode_GivesTheText()
    {
        const string text = "Grüße, \ud83d\ude00 and\ttabs";
        CharVocabulary vocabulary = CharVocabulary.FromText(text);

        Assert.Equal(text, vocabulary.Decode(vocabulary.Encode(text)));
    }

    [Fact]
    public void Encode_OfAnUnknownCharacter_NamesItAndItsPlace()
    {
        CharVocabulary vocabulary = new("ab");

        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => vocabulary.Encode("abc"));

        Assert.Contains("'c' (U+0063)", exception.Message, StringComparison.Ordinal);
        Assert.Contains("character 3", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Contains_TellsWhatIsThere()
    {
        CharVocabulary vocabulary = new("ab");

        Assert.True(vocabulary.Contains('a'));
        Assert.False(vocabulary.Contains('\uffff'));
    }

    [Theory]
    [InlineData("")]
    [InlineData("aba")]
    public void Constructor_OfNoVocabulary_Refuses(string characters) =>
        Assert.Throws<ArgumentException>(() => new CharVocabulary(characters));

    [Fact]
    public void Decode_OfAnIndexOutside_Refuses() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CharVocabulary("ab").Decode([2]));
}
