using NativeRnn.Training;

namespace NativeRnn.Cli.Reporting;

/// <summary>The losses of a run as they were reported, for the picture.</summary>
internal sealed class LossHistory : IProgress<LanguageModelProgress>
{
    // More points than a picture has columns would only cost memory.
    private const double PointsPerRun = 2000;

    private readonly List<(double Epoch, double Loss)> _points = [];

    /// <summary>Training loss by epochs done, fractions included.</summary>
    public IReadOnlyList<(double Epoch, double Loss)> Points => _points;

    /// <inheritdoc/>
    public void Report(LanguageModelProgress value)
    {
        double epoch = value.Epoch - 1 + (value.Batches > 0 ? (double)value.Batch / value.Batches : 0);
        double apart = value.Epochs / PointsPerRun;
        if (value.Batch > 0 && (_points.Count == 0 || epoch - _points[^1].Epoch >= apart))
        {
            _points.Add((epoch, value.Loss));
        }
    }
}
