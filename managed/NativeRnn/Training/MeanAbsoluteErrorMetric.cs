using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>The mean of |prediction - target|.</summary>
public sealed class MeanAbsoluteErrorMetric : Metric
{
    private float[] _predictions = [];
    private float[] _targets = [];
    private double _sum;
    private long _count;

    /// <inheritdoc/>
    public override string Name => "mae";

    /// <inheritdoc/>
    public override double Result => _count == 0 ? 0 : _sum / _count;

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
        _count = state.GetInt64("count");
    }

    /// <inheritdoc/>
    /// <param name="predictions">Any shape.</param>
    /// <param name="targets">Floats of the same shape.</param>
    public override void Update(Tensor predictions, Tensor targets)
    {
        Sizes.RequireFloats(predictions, nameof(predictions));
        Sizes.RequireFloats(targets, nameof(targets));
        Sizes.RequireShape(targets, predictions.Shape, nameof(targets));
        ReadOnlySpan<float> given = HostCopy.Of(predictions, ref _predictions);
        ReadOnlySpan<float> wanted = HostCopy.Of(targets, ref _targets);
        for (int index = 0; index < given.Length; index++)
        {
            _sum += Math.Abs((double)given[index] - wanted[index]);
        }

        _count += given.Length;
    }
}
