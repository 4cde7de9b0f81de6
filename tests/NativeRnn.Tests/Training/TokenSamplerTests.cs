using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

public class TokenSamplerTests
{
    // Probabilities 0.5, 0.05, 0.3, 0.15.
    private static readonly float[] Logits =
        [MathF.Log(0.5f), MathF.Log(0.05f), MathF.Log(0.3f), MathF.Log(0.15f)];

    [Fact]
    public void Sample_Draws_TheDistribution()
    {
        double[] shares = Shares(new TokenSampler(seed: 3), 20000);

        // Four deviations of a share of 20000 draws are at most 0.015.
        Assert.Equal(0.5, shares[0], 0.015);
        Assert.Equal(0.05, shares[1], 0.015);
        Assert.Equal(0.3, shares[2], 0.015);
        Assert.Equal(0.15, shares[3], 0.015);
    }

    [Fact]
    public void Sample_WithTopK_DrawsAmongTheLikeliest()
    {
        double[] shares = Shares(new TokenSampler(topK: 2, seed: 4), 20000);

        Assert.Equal(0.5 / 0.8, shares[0], 0.015);
        Assert.Equal(0.3 / 0.8, shares[2], 0.015);
        Assert.Equal(0, shares[1] + shares[3]);
    }

    [Theory]
    [InlineData(0.4f, 1)]
    [InlineData(0.7f, 2)]
    [InlineData(0.9f, 3)]
    [InlineData(1f, 4)]
    public void Sample_WithTopP_DrawsAmongTheFewestThatReachIt(float topP, int kept)
    {
        double[] shares = Shares(new TokenSampler(topP: topP, seed: 5), 5000);

        Assert.Equal(kept, shares.Count(share => share > 0));
    }

    [Fact]
    public void Sample_WithTopKAndTopP_AppliesBoth()
    {
        // Of the first three (0.95 together), 0.8 of it needs 0.76: two.
        double[] shares = Shares(new TokenSampler(topK: 3, topP: 0.8f, seed: 6), 5000);

        Assert.Equal(2, shares.Count(share => share > 0));
    }

    [Fact]
    public void Sample_AtTemperature0_TakesTheLikeliest() =>
        Assert.Equal(1, Shares(new TokenSampler(0), 100)[0], 1e-9);

    [Fact]
    public void Sample_AtALowTemperature_SharpensTheDistribution()
    {
        double[] shares = Shares(new TokenSampler(0.5f, seed: 7), 20000);

        Assert.Equal(0.25 / (0.25 + 0.0025 + 0.09 + 0.0225), shares[0], 0.015);
    }

    [Fact]
    public void Sample_WithOneSeed_DrawsTheSame()
    {
        TokenSampler first = new(seed: 9);
        TokenSampler second = new(seed: 9);

        Assert.Equal(
            Enumerable.Range(0, 100).Select(_ => first.Sample(Logits)),
            Enumerable.Range(0, 100).Select(_ => second.Sample(Logits)));
    }

    [Fact]
    public void Sample_OfEqualLogits_WithTopK_KeepsTheFirst()
    {
        TokenSampler sampler = new(topK: 1);

        Assert.Equal(0, sampler.Sample([1f, 1f, 1f]));
    }

    private static double[] Shares(TokenSampler sampler, int draws)
    {
        double[] shares = new double[Logits.Length];
        for (int draw = 0; draw < draws; draw++)
        {
            shares[sampler.Sample(Logits)] += 1.0 / draws;
        }

        return shares;
    }
}
