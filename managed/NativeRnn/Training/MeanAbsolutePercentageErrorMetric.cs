using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// 100 times the mean of |prediction - target| / |target|. A target nearer to 0 than 1e-7, Keras'
/// epsilon, divides by 1e-7: data with targets of 0 want another metric.
/// </summary>
public sealed class MeanAbsolutePercentageErrorMetric : Metric
{
    private const double SmallestTarget = 1e-7;

    private readonly NumberBatch _batch = new();
    private double _sum;
    private double _count;

    /// <inheritdoc/>
    public override string Name => "mape";

    /// <inheritdoc/>
    public override double Result => _count == 0 ? 0 : 100 * _sum / _count;

    /// <inheritdoc/>
    public override void Reset() => (_sum, _count) = (0, 0);

    /// <inheritdoc/>
    public override void SaveState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Set("sum", _sum);
        state.Set("count", _count);
    }

    /// <inheritdoc/>
    public override void LoadState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _sum = state.GetDouble("sum");
        _count = state.GetDouble("count");
    }

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">Any shape.</param>
    /// <param name="targets">
    /// Floats of the same shape; [B] goes with [B,1], too.
    /// </param>
    public override void Update(Tensor predictions, Tensor targets) =>
        Update(predictions, targets, null);

    /// <inheritdoc/>
    public override void Update(Tensor predictions, Tensor targets, Tensor? weights)
    {
        _batch.Read(predictions, targets, weights);
        for (int index = 0; index < _batch.Length; index++)
        {
            double error = _batch.Prediction(index) - _batch.Target(index);
            double size = Math.Max(Math.Abs(_batch.Target(index)), SmallestTarget);
            _sum += _batch.Weight(index) * (Math.Abs(error) / size);
            _count += _batch.Weight(index);
        }
    }
}
