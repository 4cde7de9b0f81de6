namespace NativeRnn.Layers;

/// <summary>How <see cref="Seq2Seq.BeamSearch"/> searches.</summary>
public sealed record BeamSearchOptions
{
    /// <summary>Sequences that are kept at each step, 1 to 1024.</summary>
    public int Width { get; init; } = 4;

    /// <summary>The most tokens of a sequence, at least 1.</summary>
    public int MaxLength { get; init; } = 50;

    /// <summary>
    /// Alpha of the length penalty ((5 + n) / 6)^alpha by which the log-probability of n tokens, the
    /// end token included, is divided (Wu 2016); at least 0. 0 ranks by probability, which favours
    /// short sequences.
    /// </summary>
    public double LengthPenalty { get; init; }

    internal double Score(double logProbability, int length) =>
        logProbability / Math.Pow((5.0 + length) / 6, LengthPenalty);

    internal BeamSearchOptions Checked()
    {
        Sizes.Require(Width, nameof(Width), 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLength, 1);
        return LengthPenalty >= 0 && double.IsFinite(LengthPenalty)
            ? this
            : throw new ArgumentOutOfRangeException(
                nameof(LengthPenalty), LengthPenalty, "LengthPenalty must be at least 0 and finite");
    }
}
