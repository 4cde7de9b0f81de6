using Microsoft.Extensions.Logging;

namespace NativeRnn.Training;

/// <summary>What <c>Fit</c> does beside training for some epochs.</summary>
public sealed record FitOptions
{
    /// <summary>
    /// The part of the rows, from the end, that is not trained on but evaluated after each epoch;
    /// in [0, 1). Not for batches of one's own.
    /// </summary>
    public float ValidationSplit { get; init; }

    /// <summary>Data that is evaluated after each epoch, instead of a split; null: none.</summary>
    public (Tensor X, Tensor Y)? ValidationData { get; init; }

    /// <summary>A data set that is evaluated after each epoch, instead of tensors; null: none.</summary>
    public Dataset? ValidationDataset { get; init; }

    /// <summary>
    /// Whether each epoch takes the rows in a new random order. A <see cref="Dataset"/> and batches of
    /// one's own have their own order.
    /// </summary>
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
    /// last step takes the batches that are left, after its last batch's callbacks. A batch that is
    /// skipped drops those that wait with it for a step.
    /// </summary>
    public int AccumulateSteps { get; init; } = 1;

    /// <summary>Takes the weights into an average after each step; null: none.</summary>
    public ExponentialMovingAverage? WeightAverage { get; init; }

    /// <summary>
    /// Whether the model has the averages of <see cref="WeightAverage"/> while it is validated and in the
    /// callbacks' OnEpochEnd, so that <see cref="EarlyStopping"/> judges and restores averages and
    /// <see cref="ModelCheckpoint"/> saves them. The training goes on with the weights.
    /// </summary>
    public bool ValidateAverage { get; init; }

    /// <summary>
    /// How much the samples of each class count in the training loss, at least 0; a class that is not
    /// there counts 1. Targets must be class numbers, int32 [N,..], or one-hot. Null: all count 1.
    /// </summary>
    public IReadOnlyDictionary<int, float>? ClassWeights { get; init; }

    /// <summary>
    /// How much each row of the tensors counts in the training loss and in the metrics, floats [N], at
    /// least 0; in the loss, class weights multiply it. A <see cref="Dataset"/> and batches bring their
    /// own. Null: all count 1.
    /// </summary>
    public Tensor? SampleWeights { get; init; }

    /// <summary>Told what happens, in this order.</summary>
    public IReadOnlyList<Callback> Callbacks { get; init; } = [];

    /// <summary>Where the run is saved, to be resumed; null: nowhere.</summary>
    public CheckpointOptions? Checkpoint { get; init; }

    /// <summary>
    /// What happens when a loss or a gradient is not finite. False: an exception ends the training and
    /// names the layer and the step. True: the batch changes no weight, is logged as a warning and
    /// counted in <see cref="History.SkippedBatches"/>.
    /// </summary>
    public bool SkipNonFinite { get; init; }

    /// <summary>Told a few times a second and after each epoch; null: nobody.</summary>
    public IProgress<FitProgress>? Progress { get; init; }

    /// <summary>Gets a line after each epoch; null: no log.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>Checks what does not depend on the data.</summary>
    internal void Check()
    {
        Layers.Sizes.RequireRate(ValidationSplit, nameof(ValidationSplit));
        if (!(ClipNorm >= 0) || float.IsInfinity(ClipNorm))
        {
            throw new ArgumentOutOfRangeException(
                nameof(ClipNorm), ClipNorm, "ClipNorm must be at least 0 and finite");
        }

        if (!(ClipValue >= 0) || float.IsInfinity(ClipValue))
        {
            throw new ArgumentOutOfRangeException(
                nameof(ClipValue), ClipValue, "ClipValue must be at least 0 and finite");
        }

        if (AccumulateSteps < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(AccumulateSteps), AccumulateSteps, "AccumulateSteps must be at least 1");
        }

        if ((ValidationSplit > 0 ? 1 : 0) + (ValidationData is null ? 0 : 1)
            + (ValidationDataset is null ? 0 : 1) > 1)
        {
            throw new ArgumentException(
                "give ValidationSplit, ValidationData or ValidationDataset, not several of them");
        }

        if (ValidateAverage && WeightAverage is null)
        {
            throw new ArgumentException("ValidateAverage is set, but there is no WeightAverage");
        }

        foreach ((int number, float weight) in ClassWeights ?? new Dictionary<int, float>())
        {
            if (!BatchWeights.IsWeight(weight))
            {
                throw new ArgumentException(
                    $"ClassWeights[{number}] is {weight}; weights must be at least 0 and finite");
            }
        }

        if (Callbacks is null || Callbacks.Any(callback => callback is null))
        {
            throw new ArgumentException("Callbacks is null or holds null");
        }
    }
}
