namespace NativeRnn.Training;

/// <summary>Where a training run is, for its callbacks. One object serves the whole run.</summary>
public sealed class TrainingContext
{
    private readonly FitState _state;

    internal TrainingContext(Sequential model, Optimizer optimizer, int epochs, FitState state) =>
        (Model, Optimizer, Epochs, _state) = (model, optimizer, epochs, state);

    /// <summary>The model that is trained.</summary>
    public Sequential Model { get; }

    /// <summary>What changes its weights; a callback may set the learning rate.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch => _state.Epoch;

    /// <summary>All epochs.</summary>
    public int Epochs { get; }

    /// <summary>Batches done in this epoch.</summary>
    public int Batch => _state.Batch;

    /// <summary>Batches of an epoch; 0 while it is not known, in a first epoch of batches that only
    /// their enumeration counts.</summary>
    public int Batches { get; internal set; }

    /// <summary>The loss of the last batch; not finite if it was skipped for that.</summary>
    public double BatchLoss { get; internal set; }

    /// <summary>The mean loss of this epoch so far; NaN before its first batch.</summary>
    public double Loss => _state.MeanLoss;

    /// <summary>The 2-norm of all gradients of the last batch, before clipping.</summary>
    public double GradientNorm { get; internal set; }

    /// <summary>Rows a second, since the start.</summary>
    public double SamplesPerSecond { get; internal set; }

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed { get; internal set; }

    /// <summary>Time that is likely left; null while nobody knows.</summary>
    public TimeSpan? Remaining { get; internal set; }

    /// <summary>The epochs so far; in <see cref="Callback.OnEpochEnd"/> the one that ends is there.</summary>
    public History History => _state.ToHistory();

    /// <summary>Whether the run ends after this batch.</summary>
    public bool IsStopping => _state.StopReason is not null;

    /// <summary>Ends the run after this batch; the epoch's results are still made.</summary>
    /// <param name="reason">What <see cref="History.StopReason"/> will say; the first one stays.</param>
    public void Stop(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        _state.StopReason ??= reason;
    }
}
