using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// The part of answers that are right. Predictions [..,C] answer with their largest class; targets
/// are class numbers, int32 [..] (negative ones are left out), or one-hot, [..,C]. With C = 1 an
/// answer is yes where the logit is above 0, and a target is yes above 0.5.
/// </summary>
public sealed class AccuracyMetric : Metric
{
    private float[] _predictions = [];
    private float[] _targets = [];
    private int[] _classes = [];
    private long _right;
    private long _answers;

    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override double Result => _answers == 0 ? 0 : (double)_right / _answers;

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
        _right = state.GetInt64("right");
        _answers = state.GetInt64("answers");
    }

    /// <inheritdoc/>
    /// <param name="predictions">[..,C].</param>
    /// <param name="targets">int32 [..] or floats [..,C].</param>
    public override void Update(Tensor predictions, Tensor targets)
    {
        Sizes.RequireFloats(predictions, nameof(predictions));
        ArgumentNullException.ThrowIfNull(targets);
        ReadOnlySpan<int> shape = predictions.Shape;
        bool numbers = targets.DType == DType.Int32;
        if (shape.Length == 0 || !targets.Shape.SequenceEqual(numbers ? shape[..^1] : shape))
        {
            throw new ArgumentException(
                $"targets are {Sizes.Text(targets.Shape)} of {targets.DType}, which does not go with " +
                $"predictions {Sizes.Text(shape)}", nameof(targets));
        }

        int classes = shape[^1];
        ReadOnlySpan<float> given = HostCopy.Of(predictions, ref _predictions);
        if (numbers)
        {
            CountNumbers(given, HostCopy.Of(targets, ref _classes), classes);
        }
        else
        {
            CountRows(given, HostCopy.Of(targets, ref _targets), classes);
        }
    }

    private static int Largest(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int index = 1; index < row.Length; index++)
        {
            best = row[index] > row[best] ? index : best;
        }

        return best;
    }

    private void CountNumbers(ReadOnlySpan<float> given, ReadOnlySpan<int> wanted, int classes)
    {
        for (int row = 0; row < wanted.Length; row++)
        {
            if (wanted[row] >= 0)
            {
                _answers++;
                _right += Largest(given.Slice(row * classes, classes)) == wanted[row] ? 1 : 0;
            }
        }
    }

    private void CountRows(ReadOnlySpan<float> given, ReadOnlySpan<float> wanted, int classes)
    {
        for (int row = 0; row < given.Length / classes; row++)
        {
            ReadOnlySpan<float> answer = given.Slice(row * classes, classes);
            ReadOnlySpan<float> target = wanted.Slice(row * classes, classes);
            bool right = classes == 1
                ? answer[0] > 0 == target[0] > 0.5f
                : Largest(answer) == Largest(target);
            _answers++;
            _right += right ? 1 : 0;
        }
    }
}
