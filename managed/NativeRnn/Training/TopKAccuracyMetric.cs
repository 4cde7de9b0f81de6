using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// The part of rows whose class is among the k of the highest scores; of equal scores, the one of the
/// lower class number is higher. Predictions are [..,C]; targets are class numbers, int32 [..]
/// (negative ones are left out), or one-hot, [..,C].
/// </summary>
public sealed class TopKAccuracyMetric : Metric
{
    private readonly ClassBatch _batch = new();
    private readonly int _k;
    private readonly int? _ignoreIndex;
    private double _right;
    private double _answers;

    /// <summary>A metric.</summary>
    /// <param name="k">How many guesses a row has, from 1 to the number of classes.</param>
    /// <param name="ignoreIndex">A class number that is left out too; null: none.</param>
    public TopKAccuracyMetric(int k = 5, int? ignoreIndex = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        (_k, _ignoreIndex) = (k, ignoreIndex);
        Name = $"top_{k}_accuracy";
    }

    /// <inheritdoc/>
    public override string Name { get; }

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
    /// <param name="predictions">[..,C], C at least k and 2.</param>
    /// <param name="targets">int32 [..] or floats [..,C].</param>
    public override void Update(Tensor predictions, Tensor targets) =>
        Update(predictions, targets, null);

    /// <inheritdoc/>
    public override void Update(Tensor predictions, Tensor targets, Tensor? weights)
    {
        _batch.Read(predictions, targets, weights, _ignoreIndex);
        if (_batch.Width < Math.Max(2, _k))
        {
            throw new ArgumentException(
                $"predictions have {_batch.Width} scores a row; top {_k} needs at least " +
                $"{Math.Max(2, _k)}", nameof(predictions));
        }

        for (int row = 0; row < _batch.Rows; row++)
        {
            if (_batch.Target(row) >= 0)
            {
                double weight = _batch.Weight(row);
                _answers += weight;
                _right += Rank(_batch.Scores(row), _batch.Target(row)) < _k ? weight : 0;
            }
        }
    }

    /// <summary>How many classes come before one. All do when its score is not a number.</summary>
    private static int Rank(ReadOnlySpan<float> scores, int target)
    {
        int before = 0;
        for (int index = 0; index < scores.Length; index++)
        {
            bool after = index < target ? scores[index] < scores[target] : scores[index] <= scores[target];
            before += after || index == target ? 0 : 1;
        }

        return before;
    }
}
