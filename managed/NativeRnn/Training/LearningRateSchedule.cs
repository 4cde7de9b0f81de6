namespace NativeRnn.Training;

/// <summary>
/// The learning rate of each step of an optimiser: set <see cref="Optimizer.Schedule"/>, and it works in
/// <c>Sequential.Fit</c> and in loops of one's own alike. It counts the optimiser's steps, not
/// epochs: an epoch has ceiling(rows / batchSize) of them.
/// </summary>
public abstract class LearningRateSchedule
{
    /// <summary>
    /// The numbers that it remembers beside the optimiser's steps, by name; most schedules have none.
    /// </summary>
    protected internal virtual IReadOnlyDictionary<string, float> State =>
        new Dictionary<string, float>();

    /// <summary>The learning rate of a step.</summary>
    /// <param name="taken">How many steps were taken before it, at least 0.</param>
    public abstract float RateAt(long taken);

    /// <summary>
    /// The momentum of a step, in (0, 1), for optimisers that have one (beta1 in Adam); null: their own.
    /// </summary>
    /// <param name="taken">How many steps were taken before it, at least 0.</param>
    public virtual float? MomentumAt(long taken) => null;

    /// <summary>
    /// Tells it how well the model does, once an epoch: Fit gives the validation loss, or without
    /// validation the loss. Only schedules that follow a measure need it.
    /// </summary>
    /// <param name="value">The measure.</param>
    public virtual void Observe(float value)
    {
    }

    /// <summary>Copies of what it remembers, shape [] each; <see cref="Optimizer.StateDict"/> has them too.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => State.ToDictionary(
        entry => entry.Key, entry => StateEntries.Of(entry.Value, Device.Default), StringComparer.Ordinal);

    /// <summary>Sets what it remembers; nothing changes when this throws.</summary>
    /// <param name="state">As <see cref="StateDict"/> gives it.</param>
    /// <exception cref="ArgumentException">Entries are missing, unexpected or no single numbers.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        StateEntries.Check(state, [.. State.Keys.Select(key => (key, DType.Float32, Array.Empty<int>()))]);
        Load(state.ToDictionary(entry => entry.Key, entry => entry.Value.Item()));
    }

    /// <summary>Tells it of an epoch's end.</summary>
    internal virtual void EpochEnded(EpochResult result) =>
        Observe((float)(result.Validation ?? result.Training).Loss);

    /// <summary>Sets what it remembers.</summary>
    /// <param name="state">A number for each name of <see cref="State"/>.</param>
    protected internal virtual void Load(IReadOnlyDictionary<string, float> state)
    {
    }

    private protected static float RequireRate(float rate, string name) =>
        rate >= 0 && float.IsFinite(rate)
            ? rate
            : throw new ArgumentOutOfRangeException(name, rate, $"{name} must be at least 0 and finite");

    private protected static double Require(double value, bool allowed, string name, string range) =>
        allowed ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}");

    private protected static long RequireSteps(long steps, string name) => steps >= 1
        ? steps
        : throw new ArgumentOutOfRangeException(name, steps, $"{name} must be at least 1");
}
