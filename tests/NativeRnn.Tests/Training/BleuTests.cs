using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>The examples of Papineni et al. 2002, BLEU: a Method for Automatic Evaluation of Machine Translation.
/// </summary>
public sealed class BleuTests
{
    private const string First =
        "it is a guide to action which ensures that the military always obeys the commands of the party";

    private const string Second =
        "it is to insure the troops forever hearing the activity guidebook that party direct";

    private static readonly string[] References =
    [
        "it is a guide to action that ensures that the military will forever heed party commands",
        "it is the guiding principle which guarantees the military forces always being under the " +
            "command of the party",
        "it is the practical guide for the army always to heed the directions of the party",
    ];

    [Fact]
    public void Precisions_OfThePapersCandidates_AreThePapers()
    {
        Bleu first = new(order: 2);
        Bleu second = new(order: 2);

        first.Update(First, References);
        second.Update(Second, References);

        Assert.Equal([17 / 18d, 10 / 17d], first.Precisions);
        Assert.Equal([8 / 14d, 1 / 13d], second.Precisions);
        Assert.Equal(1, first.BrevityPenalty);
        Assert.Equal(Math.Exp(1 - (16 / 14d)), second.BrevityPenalty, 1e-15);
        Assert.Equal(Math.Sqrt(17 / 18d * 10 / 17d), first.Result, 1e-15);
    }

    [Fact]
    public void Precision_OfARepeatedWord_IsClipped()
    {
        Bleu bleu = new(order: 1);

        bleu.Update(
            "the the the the the the the", "the cat is on the mat", "there is a cat on the mat");

        Assert.Equal("bleu", bleu.Name);
        Assert.Equal(2 / 7d, bleu.Result, 1e-15);
    }

    /// <summary>Counted by hand: the candidate has 18, 17, 16 and 15 n-grams.</summary>
    [Fact]
    public void Bleu4_OfThePapersFirstCandidate_IsTheHandWorkedOne()
    {
        Bleu bleu = new();

        bleu.Update(First, References);

        // 3-grams: it is a, is a guide, a guide to, guide to action, ensures that the, that the
        // military, of the party. 4-grams: it is a guide, is a guide to, a guide to action, ensures
        // that the military.
        Assert.Equal([17 / 18d, 10 / 17d, 7 / 16d, 4 / 15d], bleu.Precisions);
        Assert.Equal(Math.Pow(17 * 10 * 7 * 4 / (18d * 17 * 16 * 15), 0.25), bleu.Result, 1e-15);
    }

    [Fact]
    public void Bleu_OfACorpus_AddsUpCountsAndLengths()
    {
        Bleu bleu = new(order: 2);

        bleu.Update<int>([1, 2, 3], [1, 2, 4, 5]);
        bleu.Update<int>([7, 8], [9], [7, 8, 9, 9]);

        // 1-grams 2 + 2 of 5, 2-grams 1 + 1 of 3; references 4 + 1 (as near as 3 would be, 1 off).
        Assert.Equal([4 / 5d, 2 / 3d], bleu.Precisions);
        Assert.Equal(1, bleu.BrevityPenalty);
        Assert.Equal(Math.Sqrt(8 / 15d), bleu.Result, 1e-15);
    }

    [Fact]
    public void BrevityPenalty_TakesTheShorterOfTwoReferencesAsNear()
    {
        Bleu bleu = new(order: 1);

        bleu.Update<int>([1, 2], [1, 2, 3], [1]);

        Assert.Equal(1, bleu.BrevityPenalty);
    }

    [Fact]
    public void Bleu_WithoutLongMatches_Is0UnlessSmoothed()
    {
        Bleu plain = new();
        Bleu smooth = new(smooth: true);

        foreach (Bleu bleu in (Bleu[])[plain, smooth])
        {
            bleu.Update("a cat sat there", "a cat lay there");
        }

        // 3 of 4; then (1 + 1) of (3 + 1), 1 of 3 and 1 of 2.
        Assert.Equal(0, plain.Result);
        Assert.Equal([3 / 4d, 2 / 4d, 1 / 3d, 1 / 2d], smooth.Precisions);
        Assert.Equal(Math.Pow(1 / 16d, 0.25), smooth.Result, 1e-15);
    }

    [Fact]
    public void Bleu_OfTheReference_Is1()
    {
        Bleu bleu = new();

        bleu.Update(First, First);

        Assert.Equal(1, bleu.Result);
        bleu.Reset();
        Assert.Equal(0, bleu.Result);
        bleu.Update("", "a b");
        Assert.Equal(0, bleu.Result);
    }

    [Fact]
    public void Bleu_OfBadArguments_Refuses()
    {
        Bleu bleu = new();

        ClassLossTests.Refuses("order", "0", () => new Bleu(0));
        Assert.Equal("references", Assert.Throws<ArgumentException>(() => bleu.Update("a")).ParamName);
        Assert.Equal(
            "references", Assert.Throws<ArgumentNullException>(() => bleu.Update("a", "b", null!)).ParamName);
        Assert.Equal(
            "candidate", Assert.Throws<ArgumentNullException>(() => bleu.Update(null!, "b")).ParamName);
    }
}
