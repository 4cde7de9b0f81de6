using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>Ends the training when a number has not got better for some epochs.</summary>
public sealed class EarlyStopping : Callback
{
    private readonly string _name;
    private readonly int _patience;
    private readonly bool _restore;
    private readonly Monitor _monitor;
    private WeightSnapshot? _best;
    private TrainingState? _saved;
    private int _waited;

    /// <summary>Early stopping.</summary>
    /// <param name="monitor"><c>loss</c>, <c>val_loss</c>, a metric's name, or <c>val_</c> and it.</param>
    /// <param name="patience">Epochs without improvement that it waits, at least 1.</param>
    /// <param name="minDelta">Less than this is no improvement; at least 0.</param>
    /// <param name="mode">Which way it gets better; null: smaller, for losses only.</param>
    /// <param name="restoreBestWeights">
    /// Whether the model ends with the weights of its best epoch, also when all epochs have run.
    /// </param>
    public EarlyStopping(
        string monitor = "val_loss",
        int patience = 3,
        double minDelta = 0,
        MonitorMode? mode = null,
        bool restoreBestWeights = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, 1);
        _monitor = new Monitor(monitor, mode, minDelta);
        (_name, _patience, _restore) = (monitor, patience, restoreBestWeights);
    }

    /// <summary>The epoch with the best number, from 1; 0 before the first.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>The best number; infinite before the first epoch.</summary>
    public double Best => _monitor.Best;

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context is { Epoch: 1, Batch: 0 })
        {
            _monitor.Reset();
            (_best, _waited, BestEpoch) = (null, 0, 0);
        }
        else if (_restore && BestEpoch > 0 && _saved is not null)
        {
            _best = new WeightSnapshot(context.Model);
            _best.Load(_saved);
        }

        _saved = null;
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(result);
        if (_monitor.Improves(result))
        {
            (_waited, BestEpoch) = (0, result.Epoch);
            Keep(context.Model);
        }
        else if (++_waited >= _patience)
        {
            context.Stop($"{_name} has not got better for {_waited} epochs");
        }
    }

    /// <inheritdoc/>
    public override void SaveState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _monitor.Save(state);
        state.Set("waited", _waited);
        state.Set("best_epoch", BestEpoch);
        _best?.Save(state);
    }

    /// <inheritdoc/>
    public override void LoadState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _monitor.Load(state);
        _waited = (int)state.GetInt64("waited");
        BestEpoch = (int)state.GetInt64("best_epoch");
        _saved = state;
    }

    // Here, not at the epoch's end: a callback that comes after this one may end the run.
    internal override void OnEpochsDone(TrainingContext context)
    {
        if (_restore)
        {
            _best?.Restore();
        }
    }

    private void Keep(Sequential model)
    {
        if (_restore)
        {
            _best ??= new WeightSnapshot(model);
            _best.Take();
        }
    }
}
