using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// e to the mean of -log p, where p is the probability that is predicted for the target: 1 for
/// predictions that are always right and sure, C where all classes are as likely. Predictions are
/// [..,C]; targets are class numbers, int32 [..] (negative ones are left out), or one-hot, [..,C].
/// </summary>
public sealed class PerplexityMetric : Metric
{
    private readonly ClassBatch _batch = new();
    private readonly bool _fromLogits;
    private readonly int? _ignoreIndex;
    private double _sum;
    private double _answers;

    /// <summary>A metric.</summary>
    /// <param name="fromLogits">
    /// True: predictions are logits. False: they are probabilities; where one is 0 that should be
    /// more, the perplexity is infinite.
    /// </param>
    /// <param name="ignoreIndex">A class number that is left out too, as of padding; null: none.</param>
    public PerplexityMetric(bool fromLogits = true, int? ignoreIndex = null) =>
        (_fromLogits, _ignoreIndex) = (fromLogits, ignoreIndex);

    /// <inheritdoc/>
    public override string Name => "perplexity";

    /// <inheritdoc/>
    public override double Result => _answers == 0 ? 0 : Math.Exp(_sum / _answers);

    /// <inheritdoc/>
    public override void Reset() => (_sum, _answers) = (0, 0);

    /// <inheritdoc/>
    public override void SaveState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Set("sum", _sum);
        state.Set("answers", _answers);
    }

    /// <inheritdoc/>
    public override void LoadState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _sum = state.GetDouble("sum");
        _answers = state.GetDouble("answers");
    }

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">[..,C], C at least 2.</param>
    /// <param name="targets">int32 [..] or floats [..,C].</param>
    public override void Update(Tensor predictions, Tensor targets) =>
        Update(predictions, targets, null);

    /// <inheritdoc/>
    public override void Update(Tensor predictions, Tensor targets, Tensor? weights)
    {
        _batch.Read(predictions, targets, weights, _ignoreIndex);
        if (_batch.Width < 2)
        {
            throw new ArgumentException(
                "predictions have 1 score a row; they need one for each class", nameof(predictions));
        }

        for (int row = 0; row < _batch.Rows; row++)
        {
            double weight = _batch.Weight(row);
            if (_batch.Target(row) >= 0 && weight > 0)
            {
                _answers += weight;
                _sum -= weight * LogOf(_batch.Scores(row), _batch.Target(row));
            }
        }
    }

    private double LogOf(ReadOnlySpan<float> scores, int target)
    {
        if (!_fromLogits)
        {
            return Math.Log(scores[target]);
        }

        double largest = float.NegativeInfinity;
        foreach (float score in scores)
        {
            largest = Math.Max(largest, score);
        }

        double sum = 0;
        foreach (float score in scores)
        {
            sum += Math.Exp(score - largest);
        }

        return scores[target] - largest - Math.Log(sum);
    }
}
