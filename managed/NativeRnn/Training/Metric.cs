using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>A number that <see cref="Sequential"/> reports beside the loss.</summary>
public abstract class Metric
{
    /// <summary>The name in reports, such as <c>accuracy</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The value over all updates since the last reset.</summary>
    public abstract double Result { get; }

    /// <summary>Forgets all updates.</summary>
    public abstract void Reset();

    /// <summary>Takes a batch into account.</summary>
    /// <param name="predictions">What the model gave.</param>
    /// <param name="targets">What it should have given.</param>
    public abstract void Update(Tensor predictions, Tensor targets);

    /// <summary>Takes a batch into account whose samples weigh more or less.</summary>
    /// <param name="predictions">What the model gave.</param>
    /// <param name="targets">What it should have given.</param>
    /// <param name="weights">
    /// Finite floats of 0 and more, in the shape of the targets' first axes: [B] or [B,T] for targets
    /// [B,T]. What weighs 0, such as a masked step, does not count. Null: each weighs 1.
    /// </param>
    /// <exception cref="ArgumentException">A shape or type is wrong, or a weight.</exception>
    /// <exception cref="NotSupportedException">There are weights, and the metric takes none.</exception>
    public virtual void Update(Tensor predictions, Tensor targets, Tensor? weights)
    {
        if (weights is not null)
        {
            throw new NotSupportedException(
                $"the metric {Name} takes no weights; one that takes them overrides the Update that has them");
        }

        Update(predictions, targets);
    }

    /// <summary>
    /// Tells what <see cref="Update(Tensor, Tensor)"/> has added up, for checkpoints and for evaluations by callbacks.
    /// One that does not override it covers, in the epoch in which a run is resumed or a callback evaluates the model,
    /// only the batches since then.
    /// </summary>
    /// <param name="state">Where to set it.</param>
    public virtual void SaveState(TrainingState state)
    {
    }

    /// <summary>Takes back what <see cref="SaveState"/> has told, after a reset.</summary>
    /// <param name="state">As it was set.</param>
    public virtual void LoadState(TrainingState state)
    {
    }
}
