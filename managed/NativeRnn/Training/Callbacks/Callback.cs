using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Something that <c>Fit</c> tells what happens. Derive from it and override what is wanted; give it
/// to <see cref="FitOptions.Callbacks"/>. All calls come on the thread that trains, outside of a tape.
/// </summary>
public abstract class Callback
{
    /// <summary>The run begins, or goes on from a checkpoint.</summary>
    /// <param name="context">Where the run is.</param>
    public virtual void OnTrainBegin(TrainingContext context)
    {
    }

    /// <summary>An epoch begins; not if the run goes on in the middle of it.</summary>
    /// <param name="context">Where the run is.</param>
    public virtual void OnEpochBegin(TrainingContext context)
    {
    }

    /// <summary>A batch is done.</summary>
    /// <param name="context">Where the run is.</param>
    public virtual void OnBatchEnd(TrainingContext context)
    {
    }

    /// <summary>An epoch is done, its validation included.</summary>
    /// <param name="context">Where the run is.</param>
    /// <param name="result">The epoch's results.</param>
    public virtual void OnEpochEnd(TrainingContext context, EpochResult result)
    {
    }

    /// <summary>The run ends: after its last epoch, stopped, cancelled or by an exception.</summary>
    /// <param name="context">Where the run is.</param>
    public virtual void OnTrainEnd(TrainingContext context)
    {
    }

    /// <summary>Tells what a checkpoint must hold, so that a resumed run goes on as if never stopped.
    /// </summary>
    /// <param name="state">Where to set it.</param>
    public virtual void SaveState(TrainingState state)
    {
    }

    /// <summary>Takes back what <see cref="SaveState"/> has told; before OnTrainBegin.</summary>
    /// <param name="state">As it was set.</param>
    public virtual void LoadState(TrainingState state)
    {
    }

    /// <summary>The run has no further epoch, as all callbacks' OnEpochEnd have left it; before the
    /// last checkpoint.</summary>
    internal virtual void OnEpochsDone(TrainingContext context)
    {
    }

    /// <summary>Whether a batch that is not finite is nothing but a finding for it.</summary>
    internal virtual bool AllowsNonFinite => false;
}
