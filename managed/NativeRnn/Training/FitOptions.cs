using Microsoft.Extensions.Logging;

namespace NativeRnn.Training;

/// <summary>What <see cref="Sequential.Fit"/> does beside training for some epochs.</summary>
public sealed record FitOptions
{
    /// <summary>
    /// The part of the rows, from the end, that is not trained on but evaluated after each epoch;
    /// in [0, 1).
    /// </summary>
    public float ValidationSplit { get; init; }

    /// <summary>Data that is evaluated after each epoch, instead of a split; null: none.</summary>
    public (Tensor X, Tensor Y)? ValidationData { get; init; }

    /// <summary>Whether each epoch takes the rows in a new random order.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Of the orders.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The gradients' largest norm; 0: they are not clipped.</summary>
    public float ClipNorm { get; init; }

    /// <summary>Told a few times a second and after each epoch; null: nobody.</summary>
    public IProgress<FitProgress>? Progress { get; init; }

    /// <summary>Gets a line after each epoch; null: no log.</summary>
    public ILogger? Logger { get; init; }
}
