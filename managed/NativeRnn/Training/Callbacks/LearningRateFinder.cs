using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Finds a learning rate by trying (Smith 2017): from batch to batch it grows by a constant factor, while
/// the loss is watched; where it falls fastest is a good one. Afterwards the weights, the optimiser and
/// the random numbers are as before.
/// </summary>
/// <example>
/// <code>
/// LearningRateFinder finder = new();
/// finder.Find(model, x, y);
/// model.Compile(loss, new Adam(finder.Suggestion!.Value));
/// </code>
/// </example>
public sealed class LearningRateFinder : Callback
{
    private const double Smoothing = 0.9;
    private const double Diverged = 4;

    private readonly double _from;
    private readonly double _to;
    private readonly int _steps;
    private readonly List<LearningRatePoint> _curve = [];
    private TrainingState? _before;
    private LearningRateSchedule? _schedule;
    private double _average;
    private double _best;

    /// <summary>A finder.</summary>
    /// <param name="from">The learning rate of the first batch, above 0.</param>
    /// <param name="to">That of the last one, above <paramref name="from"/> and finite.</param>
    /// <param name="steps">Batches, at least 2; it ends earlier once the loss is four times the best.
    /// </param>
    public LearningRateFinder(float from = 1e-6f, float to = 1, int steps = 100)
    {
        if (!(from > 0) || !(to > from) || float.IsInfinity(to))
        {
            throw new ArgumentException(
                $"from is {from}, to is {to}; they must be above 0, finite and ascend", nameof(to));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        (_from, _to, _steps) = (from, to, steps);
    }

    /// <summary>The smoothed losses by the learning rate.</summary>
    public IReadOnlyList<LearningRatePoint> Curve => _curve;

    /// <summary>
    /// Where the smoothed loss falls fastest by the logarithm of the rate; null if it never falls, or
    /// nothing was tried yet.
    /// </summary>
    public float? Suggestion
    {
        get
        {
            (float? rate, double steepest) = (null, 0);
            for (int index = 1; index + 1 < _curve.Count; index++)
            {
                double slope = _curve[index + 1].Loss - _curve[index - 1].Loss;
                if (slope < steepest)
                {
                    (rate, steepest) = (_curve[index].LearningRate, slope);
                }
            }

            return rate;
        }
    }

    /// <inheritdoc/>
    internal override bool AllowsNonFinite => true;

    /// <summary>Tries learning rates on some data.</summary>
    /// <param name="model">Compiled.</param>
    /// <param name="x">Inputs, [N,..].</param>
    /// <param name="y">Targets, [N,..].</param>
    /// <param name="batchSize">Rows of a step, at least 1.</param>
    /// <returns>This finder's <see cref="Suggestion"/>.</returns>
    public float? Find(Sequential model, Tensor x, Tensor y, int batchSize = 32)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Fit(x, y, _steps, batchSize, new FitOptions { Callbacks = [this] });
        return Suggestion;
    }

    /// <summary>Tries learning rates on a data set.</summary>
    /// <param name="model">Compiled.</param>
    /// <param name="data">Batches.</param>
    /// <returns>This finder's <see cref="Suggestion"/>.</returns>
    public float? Find(Sequential model, Dataset data)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Fit(data, _steps, new FitOptions { Callbacks = [this] });
        return Suggestion;
    }

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _curve.Clear();
        (_average, _best) = (0, double.PositiveInfinity);
        _before = ModelState.Save(context.Model, context.Optimizer);

        // A schedule would set its own rate before each step.
        (_schedule, context.Optimizer.Schedule) = (context.Optimizer.Schedule, null);
        context.Optimizer.LearningRate = RateOf(0);
    }

    /// <inheritdoc/>
    public override void OnBatchEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!double.IsFinite(context.BatchLoss))
        {
            context.Stop("the loss is not finite any more");
            return;
        }

        // Divided by what the weights of an average over few batches add up to.
        _average = (Smoothing * _average) + ((1 - Smoothing) * context.BatchLoss);
        double loss = _average / (1 - Math.Pow(Smoothing, _curve.Count + 1));
        _curve.Add(new LearningRatePoint(context.Optimizer.LearningRate, loss));
        _best = Math.Min(_best, loss);
        if (_curve.Count == _steps)
        {
            context.Stop("all learning rates were tried");
        }
        else if (loss > Diverged * _best)
        {
            context.Stop($"the loss is {Diverged} times the best");
        }
        else
        {
            context.Optimizer.LearningRate = RateOf(_curve.Count);
        }
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_before is not null)
        {
            (context.Optimizer.Schedule, _schedule) = (_schedule, null);
            ModelState.Load(context.Model, context.Optimizer, _before);
            _before = null;
        }
    }

    private float RateOf(int step) =>
        (float)(_from * Math.Pow(_to / _from, step / (double)(_steps - 1)));
}
