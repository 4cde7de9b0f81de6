using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// A number of an epoch's results and the best of it so far. Names are as in Keras: <c>loss</c>,
/// <c>val_loss</c>, a metric's name, <c>val_</c> and a metric's name.
/// </summary>
internal sealed class Monitor
{
    private const string ValidationPrefix = "val_";

    private readonly string _name;
    private readonly MonitorMode _mode;
    private readonly double _minDelta;

    internal Monitor(string name, MonitorMode? mode, double minDelta = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, "monitor");
        if (!(minDelta >= 0) || double.IsInfinity(minDelta))
        {
            throw new ArgumentOutOfRangeException(
                nameof(minDelta), minDelta, "minDelta must be at least 0 and finite");
        }

        if (mode is null && name is not ("loss" or "val_loss"))
        {
            throw new ArgumentException(
                $"say which way '{name}' gets better: give a mode", nameof(mode));
        }

        if (mode is not (null or MonitorMode.Minimize or MonitorMode.Maximize))
        {
            throw new ArgumentOutOfRangeException(
                nameof(mode), mode, "mode must be Minimize or Maximize");
        }

        (_name, _mode, _minDelta) = (name, mode ?? MonitorMode.Minimize, minDelta);
        Reset();
    }

    /// <summary>The best value so far; infinite at first.</summary>
    internal double Best { get; private set; }

    internal void Reset() => Best = _mode == MonitorMode.Minimize
        ? double.PositiveInfinity
        : double.NegativeInfinity;

    /// <summary>Takes an epoch's results; tells whether they are the best by more than minDelta.</summary>
    internal bool Improves(EpochResult result)
    {
        double value = ValueOf(result);
        bool better = _mode == MonitorMode.Minimize
            ? value < Best - _minDelta
            : value > Best + _minDelta;
        Best = better ? value : Best;
        return better;
    }

    internal void Save(TrainingState state) => state.Set("best", Best);

    internal void Load(TrainingState state) => Best = state.GetDouble("best");

    private double ValueOf(EpochResult result)
    {
        bool validation = _name.StartsWith(ValidationPrefix, StringComparison.Ordinal);
        string name = validation ? _name[ValidationPrefix.Length..] : _name;
        Evaluation? evaluation = validation ? result.Validation : result.Training;
        if (evaluation is not null && name == "loss")
        {
            return evaluation.Loss;
        }

        return evaluation is not null && evaluation.Metrics.TryGetValue(name, out double value)
            ? value
            : throw new InvalidOperationException(
                $"there is no '{_name}' to monitor: there are " +
                string.Join(", ", EpochValues.Of(result).Select(known => known.Name)));
    }
}
