using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// For each class the weight of the rows that are it, that were answered with it, and both. Of
/// yes-or-no answers only yes is counted.
/// </summary>
internal sealed class ClassCounts(float threshold, ClassAverage average)
{
    private readonly ClassBatch _batch = new();
    private readonly ClassAverage _average = Enum.IsDefined(average)
        ? average
        : throw new ArgumentOutOfRangeException(nameof(average), average, "average must be Macro or Micro");

    private int _width;
    private double[] _wanted = [];
    private double[] _answered = [];
    private double[] _right = [];

    /// <summary>A metric of a class from the weights of right, answered and wanted rows.</summary>
    internal delegate double Score(double right, double answered, double wanted);

    internal static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;

    internal void Reset() => _width = 0;

    internal void Update(Tensor predictions, Tensor targets, Tensor? weights)
    {
        _batch.Read(predictions, targets, weights);
        Require(_batch.Width);
        for (int row = 0; row < _batch.Rows; row++)
        {
            if (_batch.Target(row) < 0)
            {
                continue;
            }

            (int target, int answer) = (_batch.Target(row), _batch.Answer(row, threshold));
            double weight = _batch.Weight(row);
            _wanted[target] += weight;
            _answered[answer] += weight;
            _right[answer] += answer == target ? weight : 0;
        }
    }

    internal void Save(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Set("width", _width);
        if (_width > 0)
        {
            state.Set("wanted", _wanted);
            state.Set("answered", _answered);
            state.Set("right", _right);
        }
    }

    internal void Load(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _width = checked((int)state.GetInt64("width"));
        if (_width > 0)
        {
            _wanted = state.GetDoubles("wanted");
            _answered = state.GetDoubles("answered");
            _right = state.GetDoubles("right");
        }
    }

    internal double Result(Score score)
    {
        if (_width == 0)
        {
            return 0;
        }

        if (_width == 1)
        {
            return score(_right[1], _answered[1], _wanted[1]);
        }

        if (_average == ClassAverage.Micro)
        {
            return score(_right.Sum(), _answered.Sum(), _wanted.Sum());
        }

        double[] scores =
        [
            .. from number in Enumerable.Range(0, _width)
               where _wanted[number] > 0 || _answered[number] > 0
               select score(_right[number], _answered[number], _wanted[number]),
        ];
        return scores.Length == 0 ? 0 : scores.Average();
    }

    private void Require(int width)
    {
        if (_width == 0)
        {
            _width = width;
            int classes = Math.Max(2, width);
            (_wanted, _answered, _right) = (new double[classes], new double[classes], new double[classes]);
        }
        else if (_width != width)
        {
            throw new ArgumentException(
                $"predictions have {width} scores a row, those before had {_width}; Reset the metric " +
                "in between");
        }
    }
}
