using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// The coefficient of determination: 1 less the sum of (target - prediction)^2 over the sum of
/// (target - mean target)^2. 1 is perfect; 0 is as good as always predicting the mean. Predictions
/// [B,D] have one for each of the D columns, and the result is their mean. Where all targets of a
/// column are equal, it is 1 if the predictions are right and else 0.
/// </summary>
public sealed class R2Metric : Metric
{
    private readonly NumberBatch _batch = new();
    private Column[] _columns = [];

    /// <inheritdoc/>
    public override string Name => "r2";

    /// <inheritdoc/>
    public override double Result => _columns.Length == 0 ? 0 : _columns.Average(column => column.Result);

    /// <inheritdoc/>
    public override void Reset() => _columns = [];

    /// <inheritdoc/>
    public override void SaveState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Set("columns", [.. _columns.SelectMany(column => column.Save())]);
    }

    /// <inheritdoc/>
    public override void LoadState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _columns = [.. state.GetDoubles("columns").Chunk(4).Select(Column.Load)];
    }

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">[B] or [..,D].</param>
    /// <param name="targets">Floats of the same shape; [B] goes with [B,1], too.</param>
    public override void Update(Tensor predictions, Tensor targets) =>
        Update(predictions, targets, null);

    /// <inheritdoc/>
    public override void Update(Tensor predictions, Tensor targets, Tensor? weights)
    {
        _batch.Read(predictions, targets, weights);
        int width = predictions.Rank < 2 ? 1 : predictions.Shape[^1];
        if (_columns.Length == 0)
        {
            _columns = new Column[width];
        }
        else if (_columns.Length != width)
        {
            throw new ArgumentException(
                $"predictions have {width} columns, those before had {_columns.Length}; Reset the " +
                "metric in between", nameof(predictions));
        }

        for (int index = 0; index < _batch.Length; index++)
        {
            _columns[index % width].Add(
                _batch.Prediction(index), _batch.Target(index), _batch.Weight(index));
        }
    }

    // The spread of the targets by Welford's update (1962), which does not cancel.
    private struct Column
    {
        private double _weight;
        private double _mean;
        private double _spread;
        private double _error;

        internal readonly double Result => _spread > 0
            ? 1 - (_error / _spread)
            : _error == 0 && _weight > 0 ? 1 : 0;

        internal static Column Load(double[] saved) => new()
        {
            _weight = saved[0], _mean = saved[1], _spread = saved[2], _error = saved[3],
        };

        internal readonly double[] Save() => [_weight, _mean, _spread, _error];

        internal void Add(double prediction, double target, double weight)
        {
            if (weight == 0)
            {
                return;
            }

            _weight += weight;
            double before = target - _mean;
            _mean += before * (weight / _weight);
            _spread += weight * before * (target - _mean);
            _error += weight * (target - prediction) * (target - prediction);
        }
    }
}
