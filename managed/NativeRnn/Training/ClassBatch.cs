using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// A batch of answers on the host: rows of scores, one for each class, with the class that each
/// should be. Rows of one score are yes-or-no answers: class 1 is yes, class 0 is no.
/// </summary>
internal sealed class ClassBatch
{
    private readonly MetricWeights _weights = new();
    private float[] _scores = [];
    private float[] _rows = [];
    private int[] _classes = [];

    internal int Rows { get; private set; }

    /// <summary>Scores of a row.</summary>
    internal int Width { get; private set; }

    /// <param name="predictions">[..,C]; [..] or [..,1] for yes or no.</param>
    /// <param name="targets">
    /// Class numbers, int32 [..], or one-hot rows, [..,C]; for yes or no also floats [..].
    /// </param>
    /// <param name="weights">Of the rows, or of their first axes; null: each is 1.</param>
    /// <param name="ignored">A class number that is left out, beside negative ones; null: none.</param>
    internal void Read(Tensor predictions, Tensor targets, Tensor? weights, int? ignored = null)
    {
        Sizes.RequireFloats(predictions, nameof(predictions));
        ArgumentNullException.ThrowIfNull(targets);
        ReadOnlySpan<int> shape = predictions.Shape;
        bool numbers = targets.DType == DType.Int32;
        bool binary = IsBinary(shape, targets.Shape, numbers);
        bool fits = shape.Length > 0
            && (binary || targets.Shape.SequenceEqual(numbers ? shape[..^1] : shape));
        if (!fits || (shape[^1] == 0 && !binary))
        {
            throw new ArgumentException(
                $"targets are {Sizes.Text(targets.Shape)} of {targets.DType}, which does not go with " +
                $"predictions {Sizes.Text(shape)}", nameof(targets));
        }

        Width = binary ? 1 : shape[^1];
        Rows = (int)(predictions.Length / Width);
        _weights.Read(weights, binary ? shape : shape[..^1]);
        HostCopy.Of(predictions, ref _scores);
        ReadClasses(targets, numbers);
        CheckClasses(targets, ignored);
    }

    internal ReadOnlySpan<float> Scores(int row) => _scores.AsSpan(row * Width, Width);

    /// <summary>The class that a row should be; negative: the row is left out.</summary>
    internal int Target(int row) => _classes[row];

    internal double Weight(int row) => _weights[row];

    /// <summary>The class that a row's scores say: the first of the largest, or yes or no.</summary>
    internal int Answer(int row, float threshold) => Width == 1
        ? _scores[row] > threshold ? 1 : 0
        : Largest(Scores(row));

    private static bool IsBinary(ReadOnlySpan<int> shape, ReadOnlySpan<int> targets, bool numbers)
    {
        ReadOnlySpan<int> answers = WithoutColumn(shape);
        bool single = answers.Length < shape.Length || shape.Length == 1 || numbers;
        return single && WithoutColumn(targets).SequenceEqual(answers);
    }

    private static ReadOnlySpan<int> WithoutColumn(ReadOnlySpan<int> shape) =>
        shape.Length > 1 && shape[^1] == 1 ? shape[..^1] : shape;

    private static int Largest(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int index = 1; index < row.Length; index++)
        {
            best = row[index] > row[best] ? index : best;
        }

        return best;
    }

    private void ReadClasses(Tensor targets, bool numbers)
    {
        if (numbers)
        {
            HostCopy.Of(targets, ref _classes);
            return;
        }

        ReadOnlySpan<float> rows = HostCopy.Of(targets, ref _rows);
        if (_classes.Length < Rows)
        {
            _classes = new int[Rows];
        }

        for (int row = 0; row < Rows; row++)
        {
            _classes[row] = Width == 1
                ? rows[row] > 0.5f ? 1 : 0
                : Largest(rows.Slice(row * Width, Width));
        }
    }

    private void CheckClasses(Tensor targets, int? ignored)
    {
        int classes = Math.Max(2, Width);
        foreach (ref int target in _classes.AsSpan(0, Rows))
        {
            target = target == ignored ? -1 : target;
            if (target >= classes)
            {
                throw new ArgumentException(
                    $"targets hold class {target}; there are {classes} classes, from 0 on",
                    nameof(targets));
            }
        }
    }
}
