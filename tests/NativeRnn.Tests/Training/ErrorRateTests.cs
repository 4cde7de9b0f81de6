using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

public sealed class ErrorRateTests
{
    /// <summary>One replaced, one inserted, one missing of 4 words; then none of 2.</summary>
    [Fact]
    public void WordErrorRate_IsThatOfTheCorpus()
    {
        WordErrorRate rate = new();

        rate.Update("the bat on a mat", "the cat on mat there");
        Assert.Equal(3 / 5d, rate.Result);
        rate.Update("  all \n right", "all right");

        Assert.Equal("wer", rate.Name);
        Assert.Equal(3 / 7d, rate.Result);
        rate.Reset();
        Assert.Equal(0, rate.Result);
    }

    [Fact]
    public void CharacterErrorRate_IsThatOfTheCorpus()
    {
        CharacterErrorRate rate = new();

        rate.Update("sitting", "kitten");
        rate.Update("sunday", "saturday");

        Assert.Equal("cer", rate.Name);
        Assert.Equal((3 + 3) / 14d, rate.Result);
    }

    [Fact]
    public void CharacterErrorRate_CountsScalarValues()
    {
        CharacterErrorRate rate = new();

        rate.Update("a\U0001F600", "a\U0001F601bc");

        Assert.Equal(3 / 4d, rate.Result);
    }

    [Fact]
    public void ErrorRate_WhereNothingIsWanted_Is0OrInfinite()
    {
        WordErrorRate rate = new();

        rate.Update("", "");
        Assert.Equal(0, rate.Result);
        rate.Update("word", " ");
        Assert.Equal(double.PositiveInfinity, rate.Result);
        Assert.Equal(
            "target", Assert.Throws<ArgumentNullException>(() => rate.Update("a", null!)).ParamName);
    }

    [Fact]
    public void ErrorRate_OfNumbers_IsThatOfBruteForce()
    {
        Random random = new(5);
        for (int round = 0; round < 50; round++)
        {
            int[] a = [.. Enumerable.Range(0, random.Next(7)).Select(_ => random.Next(3))];
            int[] b = [.. Enumerable.Range(0, 1 + random.Next(6)).Select(_ => random.Next(3))];
            WordErrorRate words = new();
            CharacterErrorRate characters = new();

            words.Update(a, b);
            characters.Update(a, b);

            Assert.Equal((double)Edits(a, b) / b.Length, words.Result);
            Assert.Equal(words.Result, characters.Result);
        }
    }

    // Every way to end: both ends alike or replaced, a's deleted, b's inserted.
    private static int Edits(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        if (a.IsEmpty || b.IsEmpty)
        {
            return a.Length + b.Length;
        }

        int replaced = Edits(a[..^1], b[..^1]) + (a[^1] == b[^1] ? 0 : 1);
        return Math.Min(replaced, Math.Min(Edits(a[..^1], b), Edits(a, b[..^1])) + 1);
    }
}
