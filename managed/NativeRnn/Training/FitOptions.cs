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

    /// <summary>Where each element of the gradients is cut, before their norm is; 0: they are not cut.</summary>
    public float ClipValue { get; init; }

    /// <summary>
    /// Batches whose gradients are added up for one step of the optimiser, at least 1: memory for one
    /// batch, the step of a batch so many times as large, if the loss is a mean over rows. An epoch's
    /// last step takes the batches that are left.
    /// </summary>
    public int AccumulateSteps { get; init; } = 1;

    /// <summary>Takes the weights into an average after each step; null: none.</summary>
    public ExponentialMovingAverage? WeightAverage { get; init; }

    /// <summary>Told a few times a second and after each epoch; null: nobody.</summary>
    public IProgress<FitProgress>? Progress { get; init; }

    /// <summary>Gets a line after each epoch; null: no log.</summary>
    public ILogger? Logger { get; init; }
}
