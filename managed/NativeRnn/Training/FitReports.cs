using System.Diagnostics;
using NativeRnn.Diagnostics;

namespace NativeRnn.Training;

/// <summary>The clock of a run, and what is told of it: progress, meter, context, log.</summary>
internal sealed class FitReports(FitOptions options, TrainingContext context, BatchFeed feed)
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(250);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _samples;
    private long _allocated;
    private TimeSpan _reported;

    internal TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>A batch is done; the epoch has taken so many rows.</summary>
    internal void AfterBatch(int rows, long done)
    {
        _samples += rows;
        TrainingMeter.Add(rows);
        TrainingMeter.Allocated(ref _allocated);
        Update(done);
        if (context.Elapsed - _reported >= ReportInterval && done < feed.Rows)
        {
            Report(null);
        }
    }

    internal void AfterEpoch(EpochResult result)
    {
        options.Logger?.Epoch(
            result.Epoch, context.Epochs, result.Training.Loss, result.Validation?.Loss, result.Seconds);
        Update(feed.Rows);
        Report(result);
    }

    private void Update(long done)
    {
        context.Batches = feed.Batches;
        context.Elapsed = _clock.Elapsed;
        context.SamplesPerSecond = _samples / Math.Max(context.Elapsed.TotalSeconds, 1e-9);
        long left = ((context.Epochs - context.Epoch) * feed.Rows) + feed.Rows - done;
        context.Remaining = feed.Rows == 0 || _samples == 0
            ? null
            : TimeSpan.FromSeconds(Math.Max(0, left) / Math.Max(context.SamplesPerSecond, 1e-9));
    }

    private void Report(EpochResult? result)
    {
        _reported = context.Elapsed;
        TrainingMeter.Rate(context.SamplesPerSecond);
        options.Progress?.Report(new FitProgress
        {
            Epoch = context.Epoch,
            Epochs = context.Epochs,
            Batch = context.Batch,
            Batches = context.Batches,
            Loss = context.Loss,
            SamplesPerSecond = context.SamplesPerSecond,
            Elapsed = context.Elapsed,
            Remaining = context.Remaining ?? TimeSpan.Zero,
            Result = result,
        });
    }
}
