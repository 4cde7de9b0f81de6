using NativeRnn.Cli;
using NativeRnn.Cli.Corpus;

namespace NativeRnn.Tests.Cli;

public class CorpusTests
{
    [Fact]
    public void Load_NoFile_GivesTheProjectsSources()
    {
        TextCorpus corpus = TextCorpus.Load(null);

        Assert.Contains("namespace NativeRnn.Layers;", corpus.Text, StringComparison.Ordinal);
        Assert.Contains("#include \"core/layout.h\"", corpus.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", corpus.Text, StringComparison.Ordinal);
        Assert.Equal(corpus.Text, TextCorpus.Load(null).Text);
    }

    [Fact]
    public void Load_ByteOrderMark_IsNoCharacter()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.File("marked.txt");
        File.WriteAllBytes(file, [0xEF, 0xBB, 0xBF, .. "grüße"u8]);

        TextCorpus corpus = TextCorpus.Load(file);

        Assert.Equal("grüße", corpus.Text);
        Assert.Equal("marked", corpus.Name);
    }

    [Fact]
    public void Split_Validation_TakesTheEnd()
    {
        var corpus = new TextCorpus("digits", "digits", "0123456789");

        TextSplit split = corpus.Split(0.25);

        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], split.Training.ToArray());
        Assert.Equal([8, 9], split.Validation.ToArray());
        Assert.Equal(10, split.Vocabulary.Count);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 0)]
    [InlineData("ab", 0.5)]
    [InlineData("abcdefghij", 0.1)]
    public void Split_TooShort_IsRefused(string text, double validation)
    {
        var corpus = new TextCorpus("short", "short", text);

        Assert.Throws<UserErrorException>(() => corpus.Split(validation));
    }
}
