namespace NativeRnn.Training;

/// <summary>
/// A learning rate that is multiplied by a factor when a measure has not got better for some epochs, as
/// PyTorch's and Keras' ReduceLROnPlateau. Fit tells it the measure; in a loop of one's own call
/// <see cref="Observe"/> after each epoch.
/// </summary>
public sealed class ReduceOnPlateauSchedule : LearningRateSchedule
{
    private readonly double _factor;
    private readonly int _patience;
    private readonly float _minRate;
    private readonly double _threshold;
    private readonly int _cooldown;
    private readonly bool _higherIsBetter;
    private readonly string? _monitor;
    private float _best;
    private int _waited;
    private int _cooling;

    /// <summary>A schedule.</summary>
    /// <param name="rate">At the start, at least 0.</param>
    /// <param name="factor">Of each change, in (0, 1).</param>
    /// <param name="patience">
    /// So many epochs without getting better are borne; the next one changes the rate. At least 0.
    /// </param>
    /// <param name="minRate">The least rate, at least 0.</param>
    /// <param name="threshold">The part of the best value that a better one must differ by, in [0, 1).</param>
    /// <param name="cooldown">Epochs after a change that do not count, at least 0.</param>
    /// <param name="higherIsBetter">Whether a larger measure is better, as of an accuracy.</param>
    /// <param name="monitor">
    /// The name of the metric that Fit tells it, of the validation where there is one; null: the loss.
    /// </param>
    public ReduceOnPlateauSchedule(
        float rate,
        double factor = 0.1,
        int patience = 10,
        float minRate = 0,
        double threshold = 1e-4,
        int cooldown = 0,
        bool higherIsBetter = false,
        string? monitor = null)
    {
        Rate = RequireRate(rate, nameof(rate));
        _factor = Require(factor, factor is > 0 and < 1, nameof(factor), "in (0, 1)");
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        _minRate = RequireRate(minRate, nameof(minRate));
        _threshold = Require(threshold, threshold is >= 0 and < 1, nameof(threshold), "in [0, 1)");
        ArgumentOutOfRangeException.ThrowIfNegative(cooldown);
        (_patience, _cooldown, _higherIsBetter, _monitor) = (patience, cooldown, higherIsBetter, monitor);
        _best = higherIsBetter ? float.NegativeInfinity : float.PositiveInfinity;
    }

    /// <summary>The learning rate at present.</summary>
    public float Rate { get; private set; }

    /// <summary>
    /// <c>rate</c>, <c>best</c>, <c>waited</c> (epochs without getting better), <c>cooling</c> (epochs
    /// that do not count yet).
    /// </summary>
    protected internal override IReadOnlyDictionary<string, float> State => new Dictionary<string, float>
    {
        ["rate"] = Rate, ["best"] = _best, ["waited"] = _waited, ["cooling"] = _cooling,
    };

    /// <inheritdoc/>
    public override float RateAt(long taken) => Rate;

    /// <inheritdoc/>
    public override void Observe(float value)
    {
        if (IsBetter(value))
        {
            (_best, _waited) = (value, 0);
        }
        else
        {
            _waited++;
        }

        if (_cooling > 0)
        {
            (_cooling, _waited) = (_cooling - 1, 0);
        }

        if (_waited > _patience)
        {
            Rate = Math.Max((float)(Rate * _factor), Math.Min(_minRate, Rate));
            (_cooling, _waited) = (_cooldown, 0);
        }
    }

    internal override void EpochEnded(EpochResult result)
    {
        Evaluation judged = result.Validation ?? result.Training;
        if (_monitor is null)
        {
            Observe((float)judged.Loss);
            return;
        }

        Observe(judged.Metrics.TryGetValue(_monitor, out double value)
            ? (float)value
            : throw new InvalidOperationException(
                $"the schedule monitors '{_monitor}', which is no metric of the model; it has " +
                string.Join(", ", judged.Metrics.Keys)));
    }

    /// <inheritdoc/>
    protected internal override void Load(IReadOnlyDictionary<string, float> state)
    {
        Rate = state["rate"];
        _best = state["best"];
        _waited = (int)state["waited"];
        _cooling = (int)state["cooling"];
    }

    // NaN is never better.
    private bool IsBetter(float value) => _higherIsBetter
        ? value > (float.IsInfinity(_best) ? _best : _best + (_threshold * Math.Abs(_best)))
        : value < (float.IsInfinity(_best) ? _best : _best - (_threshold * Math.Abs(_best)));
}
