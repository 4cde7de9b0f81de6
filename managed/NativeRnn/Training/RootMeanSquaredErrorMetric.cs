using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>The square root of the mean of (prediction - target)^2.</summary>
public sealed class RootMeanSquaredErrorMetric : Metric
{
    private readonly NumberBatch _batch = new();
    private double _sum;
    private double _count;

    /// <inheritdoc/>
    public override string Name => "rmse";

    /// <inheritdoc/>
    public override double Result => _count == 0 ? 0 : Math.Sqrt(_sum / _count);

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
            _sum += _batch.Weight(index) * error * error;
            _count += _batch.Weight(index);
        }
    }
}
