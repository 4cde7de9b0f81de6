using System.Diagnostics;
using NativeRnn.Data;
using NativeRnn.Diagnostics;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>One training of a language model: its steps, its clock and its reports.</summary>
internal sealed class LanguageModelRun
{
    // The learning rate rises over so many steps, in a short training over a tenth of all, and ends
    // at this part of its peak.
    private const int WarmUpSteps = 40;
    private const double Floor = 0.01;

    // Before this part of the time is over, its pace says too little about the rest.
    private const double TimeToJudge = 0.05;

    private readonly LanguageModel _model;
    private readonly LanguageModelTrainingOptions _options;
    private readonly TextFeed _feed;
    private readonly IProgress<LanguageModelProgress>? _progress;
    private readonly CrossEntropyLoss _loss = new(TextWindows.IgnoredTarget);
    private readonly Adam _optimizer;
    private readonly CosineSchedule _schedule;
    private readonly CarriedState _state;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Stopwatch _training = new();
    private readonly long _epochLength;
    private long _characters;
    private long _allocated;
    private int _epoch;
    private int _batch;
    private double _lossSum;
    private long _lossCount;
    private double? _validationLoss;
    private TimeSpan _validationTime;
    private TimeSpan _epochStart;
    private TimeSpan _reported;

    internal LanguageModelRun(
        LanguageModel model,
        LanguageModelTrainingOptions options,
        TextFeed feed,
        long epochLength,
        IProgress<LanguageModelProgress>? progress)
    {
        (_model, _options, _feed, _progress) = (model, options, feed, progress);
        _epochLength = epochLength;
        _optimizer = new Adam(model.Parameters(), options.LearningRate);
        _schedule = new CosineSchedule(
            options.LearningRate, Math.Max(1, (long)options.Epochs * feed.Count), floor: Floor);
        _state = new CarriedState(model.ZeroState(feed.Batch));
    }

    internal int WholeEpochs { get; private set; }

    internal TimeSpan Elapsed => _clock.Elapsed;

    internal double CharactersPerSecond =>
        _characters / Math.Max(_training.Elapsed.TotalSeconds, 1e-9);

    private double MeanLoss => _lossSum / Math.Max(1, _lossCount);

    /// <summary>Trains an epoch, or the part of it that time and token allow: one batch at least.
    /// </summary>
    internal TrainingOutcome TrainEpoch(int epoch, CancellationToken cancellationToken)
    {
        (_epoch, _lossSum, _lossCount, _epochStart) = (epoch, 0, 0, _clock.Elapsed);
        _model.SetTraining(true);
        _state.Reset();
        TrainingOutcome outcome = TrainingOutcome.Completed;
        _training.Start();
        for (_batch = 0; _batch < _feed.Count && outcome == TrainingOutcome.Completed;)
        {
            _optimizer.LearningRate = Rate();
            Step();
            _batch++;
            outcome = Verdict(cancellationToken);
            if (_clock.Elapsed - _reported >= _options.ReportInterval)
            {
                Report(finished: false);
            }
        }

        _training.Stop();
        WholeEpochs += _batch == _feed.Count ? 1 : 0;
        return outcome;
    }

    /// <summary>Validates, if there is anything to validate with.</summary>
    internal void Validated(Func<double>? validate)
    {
        TimeSpan start = _clock.Elapsed;
        _validationLoss = validate?.Invoke();
        _validationTime = _clock.Elapsed - start;
    }

    internal LanguageModelEpoch EndEpoch()
    {
        Report(finished: true);
        return new LanguageModelEpoch(
            _epoch,
            MeanLoss,
            _validationLoss,
            _optimizer.LearningRate,
            (_clock.Elapsed - _epochStart).TotalSeconds);
    }

    private void Step()
    {
        TextWindow window = _feed.Load(_batch);
        using GradientTape tape = _model.Device.Record();
        (Tensor logits, RecurrentState next) = _model.Forward(_feed.Inputs, _state.Value);
        Tensor sum = _loss.EvaluateEach(logits, _feed.Targets).Sum();

        // Divided by a whole window's predictions: in a shorter last window each character weighs
        // as much as in the others. A GPU works on it while the loss is awaited.
        tape.Backward(sum * (1f / (_feed.Batch * _options.Sequence)));
        float total = sum.Item();
        if (!float.IsFinite(total))
        {
            _optimizer.ZeroGrad();
            throw NotFinite($"the loss is {total}", null);
        }

        Clip();
        _optimizer.Step();
        _state.Take(next);
        _lossSum += total;
        _lossCount += window.Predictions;
        _characters += window.Predictions;
        TrainingMeter.Add(window.Predictions);
        TrainingMeter.Loss(total / (double)window.Predictions);
        TrainingMeter.Allocated(ref _allocated);
    }

    private void Clip()
    {
        if (_options.Clip == 0)
        {
            return;
        }

        try
        {
            TrainingMeter.GradientNorm(_optimizer.ClipGradientNorm(_options.Clip));
        }
        catch (NativeRnnException exception)
        {
            _optimizer.ZeroGrad();
            throw NotFinite(exception.Message, exception);
        }
    }

    private NativeRnnException NotFinite(string what, Exception? inner) => new(
        $"{what}, in epoch {_epoch}, batch {_batch + 1} of {_feed.Count}; the weights are as before it",
        inner);

    private float Rate()
    {
        double allSteps = (double)_options.Epochs * _feed.Count;
        double steps = _optimizer.Steps + 0.5;
        double warmUp = Math.Min(WarmUpSteps, allSteps / 10);
        double way = Math.Max(steps / allSteps, TimeSpent(steps / allSteps));
        return (float)(_schedule.At(way) * Math.Min(1, steps / warmUp));
    }

    // The part of the time that is over, if it and not the epochs will end the training: else 0, so
    // that a generous limit leaves the bits as they are.
    private double TimeSpent(double way)
    {
        if (_options is not { DecayByTime: true, MaxSeconds: double seconds })
        {
            return 0;
        }

        double spent = (_clock.Elapsed.TotalSeconds + ValidationSeconds()) / seconds;
        return spent < TimeToJudge || spent < way ? 0 : spent;
    }

    private TrainingOutcome Verdict(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return TrainingOutcome.Cancelled;
        }

        bool last = _epoch == _options.Epochs && _batch == _feed.Count;
        bool late = _clock.Elapsed.TotalSeconds + ValidationSeconds() >= _options.MaxSeconds;
        return late && !last ? TrainingOutcome.OutOfTime : TrainingOutcome.Completed;
    }

    private double ValidationSeconds() => _validationTime.TotalSeconds;

    private TimeSpan Remaining()
    {
        long done = Math.Min(_epochLength, (long)_batch * _feed.Batch * _options.Sequence);
        long left = ((long)(_options.Epochs - _epoch) * _epochLength) + _epochLength - done;
        double seconds = (left / CharactersPerSecond)
            + ((_options.Epochs - _epoch) * ValidationSeconds());
        double limit = (_options.MaxSeconds ?? double.PositiveInfinity) - Elapsed.TotalSeconds;
        return TimeSpan.FromSeconds(Math.Max(0, Math.Min(seconds, limit)));
    }

    private void Report(bool finished)
    {
        _reported = _clock.Elapsed;
        TrainingMeter.Rate(CharactersPerSecond);
        _progress?.Report(new LanguageModelProgress
        {
            Epoch = _epoch,
            Epochs = _options.Epochs,
            Batch = _batch,
            Batches = _feed.Count,
            Loss = MeanLoss,
            ValidationLoss = _validationLoss,
            CharactersPerSecond = CharactersPerSecond,
            Elapsed = Elapsed,
            Remaining = Remaining(),
            LearningRate = _optimizer.LearningRate,
            EpochFinished = finished,
        });
    }
}
