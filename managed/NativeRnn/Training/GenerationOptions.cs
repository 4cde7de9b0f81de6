namespace NativeRnn.Training;

/// <summary>How a <see cref="TextGenerator"/> draws characters.</summary>
public sealed record GenerationOptions
{
    /// <summary>Characters to write, at least 0.</summary>
    public int Length { get; init; } = 500;

    /// <summary>
    /// Below 1 the likely characters get likelier, above 1 less so; 0 always takes the likeliest.
    /// </summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>Draw among so many of the likeliest, at least 1; null: all.</summary>
    public int? TopK { get; init; }

    /// <summary>
    /// Draw among the likeliest whose probabilities together first reach this, in (0, 1]; null: all.
    /// </summary>
    public float? TopP { get; init; }

    /// <summary>The same seed writes the same text.</summary>
    public long Seed { get; init; } = 1;
}
