using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// The area under the receiver operating characteristic: how likely a yes has a higher score than a
/// no, where equal scores are half a success. Exact, from the ranks of all scores, which are kept
/// until the reset. Not a number while there is no yes or no no.
/// </summary>
public sealed class AucMetric : Metric
{
    private readonly ClassBatch _batch = new();
    private readonly List<Answer> _answers = [];

    /// <inheritdoc/>
    public override string Name => "auc";

    /// <inheritdoc/>
    public override double Result
    {
        get
        {
            Answer[] sorted = [.. _answers.OrderBy(answer => answer.Score)];
            double below = 0;
            double above = 0;
            double successes = 0;
            for (int start = 0, end; start < sorted.Length; start = end)
            {
                double yes = 0;
                double no = 0;
                for (end = start; end < sorted.Length && sorted[end].Score == sorted[start].Score; end++)
                {
                    yes += sorted[end].Yes ? sorted[end].Weight : 0;
                    no += sorted[end].Yes ? 0 : sorted[end].Weight;
                }

                successes += yes * (below + (no / 2));
                below += no;
                above += yes;
            }

            return successes / (below * above);
        }
    }

    /// <inheritdoc/>
    public override void Reset() => _answers.Clear();

    /// <inheritdoc/>
    public override void SaveState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Set("scores", [.. _answers.Select(answer => (double)answer.Score)]);
        state.Set("yes", [.. _answers.Select(answer => answer.Yes ? 1d : 0)]);
        state.Set("weights", [.. _answers.Select(answer => answer.Weight)]);
    }

    /// <inheritdoc/>
    public override void LoadState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        double[] yes = state.GetDoubles("yes");
        double[] weights = state.GetDoubles("weights");
        _answers.Clear();
        _answers.AddRange(state.GetDoubles("scores").Select(
            (score, index) => new Answer((float)score, yes[index] == 1, weights[index])));
    }

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">Scores [B] or [..,1]: logits and probabilities do the same.</param>
    /// <param name="targets">
    /// As many: floats, yes above 0.5, or int32, 1 or 0, where negative ones are left out.
    /// </param>
    public override void Update(Tensor predictions, Tensor targets) =>
        Update(predictions, targets, null);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// A shape or type is wrong, or a weight, or a score is not a number.
    /// </exception>
    public override void Update(Tensor predictions, Tensor targets, Tensor? weights)
    {
        _batch.Read(predictions, targets, weights);
        if (_batch.Width != 1)
        {
            throw new ArgumentException(
                $"predictions have {_batch.Width} scores a row; they must have one", nameof(predictions));
        }

        int before = _answers.Count;
        for (int row = 0; row < _batch.Rows; row++)
        {
            float score = _batch.Scores(row)[0];
            if (float.IsNaN(score))
            {
                _answers.RemoveRange(before, _answers.Count - before);
                throw new ArgumentException(
                    $"predictions hold {score} at {row}; it has no rank", nameof(predictions));
            }

            if (_batch.Target(row) >= 0)
            {
                _answers.Add(new Answer(score, _batch.Target(row) == 1, _batch.Weight(row)));
            }
        }
    }

    private readonly record struct Answer(float Score, bool Yes, double Weight);
}
