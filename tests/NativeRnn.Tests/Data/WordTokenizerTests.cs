using NativeRnn.Data;

namespace NativeRnn.Tests.Data;

public class WordTokenizerTests
{
    [Theory]
    [InlineData("A film that works", "a film that works")]
    [InlineData("it's dull; don't!", "it 's dull ; do n't !")]
    [InlineData("we're you'll I'd I've I'm", "we 're you 'll i 'd i 've i 'm")]
    [InlineData("can't, won't.", "ca n't , wo n't .")]
    [InlineData("well-made (21st century)", "well - made ( 21st century )")]
    [InlineData("it\u2019s isn\u2019t", "it 's is n't")]
    [InlineData("'quoted' o'brien 'tis", "' quoted ' o ' brien ' tis")]
    [InlineData("n't't 's's", "n't ' t 's 's")]
    [InlineData("Größe na\u00EFve caf\u0065\u0301", "größe na\u00EFve caf\u0065\u0301")]
    [InlineData("\ud83d\ude00 ok\ud83d\ude00", "\ud83d\ude00 ok \ud83d\ude00")]
    [InlineData("a\u0085b\u200bc\td", "a b c d")]
    [InlineData(" \n ", "")]
    [InlineData("", "")]
    public void Tokenize_SplitsWordsAndMarks(string text, string tokens) =>
        Assert.Equal(tokens, string.Join(' ', WordTokenizer.Tokenize(text)));

    [Fact]
    public void Tokenize_OfWhatItHasSplit_ChangesNothing()
    {
        string[] once = WordTokenizer.Tokenize("\"The Rock\" isn't the 21st century's co-star, they'd say . . .");

        Assert.Equal(once, WordTokenizer.Tokenize(string.Join(' ', once)));
    }

    [Fact]
    public void Tokenize_OfHalfACharacter_KeepsIt() =>
        Assert.Equal(["a", "\ud83d", "b"], WordTokenizer.Tokenize("a\ud83db"));
}
