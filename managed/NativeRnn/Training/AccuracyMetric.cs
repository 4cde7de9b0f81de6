using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// The part of answers that are right. Predictions [..,C] answer with their largest class; targets
/// are class numbers, int32 [..] (negative ones are left out), or one-hot, [..,C]. Predictions
/// [..,1] or [B] answer yes above a threshold; targets, of as many elements, are yes above 0.5.
/// </summary>
public sealed class AccuracyMetric : Metric
{
    private readonly ClassBatch _batch = new();
    private readonly float _threshold;
    private readonly int? _ignoreIndex;
    private double _right;
    private double _answers;

    /// <summary>A metric.</summary>
    /// <param name="threshold">
    /// Where yes begins in yes-or-no answers: 0 for logits, 0.5 for probabilities.
    /// </param>
    /// <param name="ignoreIndex">A class number that is left out too; null: none.</param>
    public AccuracyMetric(float threshold = 0, int? ignoreIndex = null) =>
        (_threshold, _ignoreIndex) = (threshold, ignoreIndex);

    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override double Result => _answers == 0 ? 0 : _right / _answers;

    /// <inheritdoc/>
    public override void Reset() => (_right, _answers) = (0, 0);

    /// <inheritdoc/>
    public override void SaveState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Set("right", _right);
        state.Set("answers", _answers);
    }

    /// <inheritdoc/>
    public override void LoadState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _right = state.GetDouble("right");
        _answers = state.GetDouble("answers");
    }

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">[..,C]; [..,1] or [B] for yes or no.</param>
    /// <param name="targets">int32 [..] or floats [..,C].</param>
    public override void Update(Tensor predictions, Tensor targets) =>
        Update(predictions, targets, null);

    /// <inheritdoc/>
    public override void Update(Tensor predictions, Tensor targets, Tensor? weights)
    {
        _batch.Read(predictions, targets, weights, _ignoreIndex);
        for (int row = 0; row < _batch.Rows; row++)
        {
            if (_batch.Target(row) >= 0)
            {
                double weight = _batch.Weight(row);
                _answers += weight;
                _right += _batch.Answer(row, _threshold) == _batch.Target(row) ? weight : 0;
            }
        }
    }
}
