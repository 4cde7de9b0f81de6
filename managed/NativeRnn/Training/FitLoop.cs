using System.Diagnostics;
using NativeRnn.Diagnostics;

namespace NativeRnn.Training;

/// <summary>The loop of <c>Fit</c>: epochs of batches, and what happens around them.</summary>
internal sealed class FitLoop
{
    private readonly Sequential _model;
    private readonly FitOptions _options;
    private readonly Callback[] _callbacks;
    private readonly BatchFeed _feed;
    private readonly Func<Evaluation?> _validate;
    private readonly FitStep _step;
    private readonly FitState _state = new();
    private readonly TrainingContext _context;
    private readonly FitReports _reports;
    private readonly TrainingCheckpoint? _checkpoint;
    private readonly bool _skips;

    internal FitLoop(
        Sequential model,
        CompiledParts parts,
        FitOptions options,
        BatchFeed feed,
        Func<Evaluation?> validate,
        int epochs)
    {
        (_model, _options, _feed, _validate) = (model, options, feed, validate);
        _callbacks = [.. options.Callbacks];
        _step = new FitStep(model, parts.Loss, parts.Optimizer, parts.Metrics, options);
        _context = new TrainingContext(model, parts.Optimizer, epochs, _state)
        {
            Batches = feed.Batches,
        };
        _reports = new FitReports(options, _context, feed);
        _checkpoint = options.Checkpoint is null ? null : new TrainingCheckpoint(
            options, _context, _state, _step, parts.Metrics, feed.Identity);
        _skips = options.SkipNonFinite || options.Callbacks.Any(callback => callback.AllowsNonFinite);
    }

    /// <summary>What was done so far; also after an exception.</summary>
    internal History History => _state.ToHistory();

    /// <summary>Of the last epoch; null before the first has ended.</summary>
    internal double? LastLoss => _state.Results is [.., EpochResult last] ? last.Training.Loss : null;

    internal void Run(CancellationToken cancellationToken)
    {
        _step.Start();
        _checkpoint?.Resume();
        _model.MetricsInUse = true;
        try
        {
            foreach (Callback callback in _callbacks)
            {
                callback.OnTrainBegin(_context);
            }

            // A resumed run that was stopped in the middle of an epoch has still to end it.
            while (_state.Epoch <= _context.Epochs && (_state.Batch > 0 || !_context.IsStopping))
            {
                TraceEpoch(cancellationToken);
            }
        }
        finally
        {
            _model.MetricsInUse = false;
            foreach (Callback callback in _callbacks)
            {
                callback.OnTrainEnd(_context);
            }
        }
    }

    private void TraceEpoch(CancellationToken cancellationToken)
    {
        using Activity? activity = Traces.Start("nativernn.epoch");
        activity?.SetTag("nativernn.epoch", _state.Epoch);
        try
        {
            RunEpoch(cancellationToken);
        }
        catch (Exception exception)
        {
            activity.Failed(exception);
            throw;
        }

        EpochResult result = _state.Results[^1];
        activity?.SetTag("nativernn.loss", result.Training.Loss);
        activity?.SetTag("nativernn.validation_loss", result.Validation?.Loss);
    }

    private void RunEpoch(CancellationToken cancellationToken)
    {
        TimeSpan start = _reports.Elapsed;
        bool resumed = _state.Batch > 0;
        _model.MetricsInUse = true;
        if (!resumed)
        {
            _model.ResetMetrics();
            foreach (Callback callback in _callbacks)
            {
                callback.OnEpochBegin(_context);
            }
        }

        _feed.StartEpoch(_state.Epoch, _state.Batch);
        while (!_context.IsStopping && Next(cancellationToken))
        {
            RunBatch();
        }

        if (_state.Batch == 0)
        {
            throw new InvalidOperationException(
                $"there are no batches in epoch {_state.Epoch}: an enumeration of batches must give " +
                "them anew each time it is enumerated");
        }

        FinishStep();
        EndEpoch(start);
    }

    private bool Next(CancellationToken cancellationToken)
    {
        EndIfCancelled(cancellationToken);
        bool more;
        try
        {
            more = _feed.MoveNext();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _checkpoint?.Save();
            throw;
        }

        if (!more)
        {
            // A source may end early since it was cancelled: the epoch is not whole then.
            EndIfCancelled(cancellationToken);
        }

        return more;
    }

    private void EndIfCancelled(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _checkpoint?.Save();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void RunBatch()
    {
        float loss = _step.Run(_feed);
        if (_step.Problem is string problem)
        {
            Skip(problem, _state.Batch + 1);
        }

        _state.Batch++;
        _state.Rows += _step.Rows;
        _state.LossSum += _step.Rows == 0 ? 0 : loss * (double)_step.Rows;
        (_context.BatchLoss, _context.GradientNorm) = (loss, _step.GradientNorm);
        _reports.AfterBatch(_step.Rows, _state.Rows);
        foreach (Callback callback in _callbacks)
        {
            callback.OnBatchEnd(_context);
        }

        _checkpoint?.AfterBatch();
    }

    // An epoch's last step takes the batches that are left.
    private void FinishStep()
    {
        _step.Finish();
        if (_step.Problem is string problem)
        {
            Skip(problem, _state.Batch);
        }
    }

    private void Skip(string problem, int batch)
    {
        if (!_skips)
        {
            throw new NativeRnnException(
                $"{problem}, in epoch {_state.Epoch}, batch {batch}; the weights are as before it");
        }

        _state.Skipped++;
        _options.Logger?.Skipped(_state.Epoch, batch, problem);
    }

    private void EndEpoch(TimeSpan start)
    {
        Evaluation trained = new(_state.MeanLoss, _model.MetricResults());
        _model.MetricsInUse = false;
        using (_options.ValidateAverage ? _options.WeightAverage!.Use() : null)
        {
            Report(new EpochResult(
                _state.Epoch, trained, _validate(), (_reports.Elapsed - start).TotalSeconds));
        }

        if (_context.IsStopping || _state.Epoch == _context.Epochs)
        {
            foreach (Callback callback in _callbacks)
            {
                callback.OnEpochsDone(_context);
            }
        }

        _state.NextEpoch();
        _checkpoint?.Save();
    }

    private void Report(EpochResult result)
    {
        _state.Results.Add(result);
        _context.Optimizer.Schedule?.EpochEnded(result);
        _reports.AfterEpoch(result);
        foreach (Callback callback in _callbacks)
        {
            callback.OnEpochEnd(_context, result);
        }
    }
}
