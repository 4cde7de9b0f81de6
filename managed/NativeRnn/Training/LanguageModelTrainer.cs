using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NativeRnn.Data;
using NativeRnn.Diagnostics;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Trains a <see cref="LanguageModel"/> with Adam by truncated back-propagation through time: the
/// text runs in parallel streams, the state goes from window to window, gradients don't. The same
/// seed gives the same bits, for any number of threads.
/// </summary>
/// <remarks>
/// After each epoch the validation text is predicted without dropout; at the end the model gets the
/// weights of the epoch that did this best (of the earlier one if two are equal).
/// </remarks>
public sealed class LanguageModelTrainer
{
    private readonly LanguageModel _model;
    private readonly LanguageModelTrainingOptions _options;
    private readonly ILogger? _logger;
    private readonly CrossEntropyLoss _loss = new(TextWindows.IgnoredTarget);

    /// <summary>A trainer.</summary>
    /// <param name="model">What it trains, from the weights that it has.</param>
    /// <param name="options">How.</param>
    /// <param name="logger">Gets a line after each epoch; null: no log.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public LanguageModelTrainer(
        LanguageModel model, LanguageModelTrainingOptions options, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (_model, _options, _logger) = (model, options, logger);
    }

    /// <summary>Trains the model.</summary>
    /// <param name="training">Characters, at least two; each 0 to V - 1.</param>
    /// <param name="validation">
    /// Characters to judge by, at least two, or none: then the last weights stay.
    /// </param>
    /// <param name="progress">
    /// Told at most once an interval, and after each epoch; null: nobody.
    /// </param>
    /// <param name="cancellationToken">
    /// Ends the training after the batch that runs; the model keeps what it has learnt.
    /// </param>
    /// <returns>The losses, and why it ended.</returns>
    /// <exception cref="NativeRnnException">
    /// The loss or the gradients' norm is not finite; the message says at which epoch and batch.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it began.</exception>
    public LanguageModelTrainingResult Train(
        ReadOnlyMemory<int> training,
        ReadOnlyMemory<int> validation,
        IProgress<LanguageModelProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using Activity? activity = Traces.Start("nativernn.fit");
        activity?.SetTag("nativernn.device", _model.Device.Name());
        activity?.SetTag("nativernn.input_shape", Sizes.Text([_options.Sequence, _options.Batch]));
        activity?.SetTag("nativernn.parameters", _model.ParameterCount);
        activity?.SetTag("nativernn.epochs", _options.Epochs);
        try
        {
            LanguageModelTrainingResult result = TrainEpochs(training, validation, progress, cancellationToken);
            activity?.SetTag("nativernn.loss", result.TrainLoss);
            return result;
        }
        catch (Exception exception)
        {
            activity.Failed(exception);
            throw;
        }
    }

    private LanguageModelTrainingResult TrainEpochs(
        ReadOnlyMemory<int> training,
        ReadOnlyMemory<int> validation,
        IProgress<LanguageModelProgress>? progress,
        CancellationToken cancellationToken)
    {
        TextWindows windows = new(training, _options.Batch, _options.Sequence);
        TextFeed? judge = validation.IsEmpty ? null : FeedOf(validation);
        LanguageModelRun run = new(
            _model, _options, new TextFeed(windows, _model.Device), windows.Predictions, progress);
        WeightSnapshot best = new(_model);
        List<LanguageModelEpoch> curve = [];
        LanguageModelEpoch? bestEpoch = null;
        TrainingOutcome outcome = TrainingOutcome.Completed;
        for (int epoch = 1; epoch <= _options.Epochs && outcome == TrainingOutcome.Completed; epoch++)
        {
            (outcome, LanguageModelEpoch point) = TrainEpoch(run, judge, epoch, cancellationToken);
            curve.Add(point);
            _logger?.Epoch(
                epoch, _options.Epochs, point.TrainLoss, point.ValidationLoss, point.Seconds);
            if (bestEpoch is null || judge is null || point.ValidationLoss < bestEpoch.ValidationLoss)
            {
                bestEpoch = point;
                best.Take();
            }
        }

        best.Restore();
        _logger?.Ended(outcome, run.WholeEpochs, bestEpoch!.Epoch, bestEpoch.ValidationLoss);
        return new LanguageModelTrainingResult
        {
            TrainLoss = curve[^1].TrainLoss,
            ValidationLoss = bestEpoch!.ValidationLoss,
            BestEpoch = bestEpoch.Epoch,
            Epochs = run.WholeEpochs,
            CharactersPerSecond = run.CharactersPerSecond,
            Seconds = run.Elapsed.TotalSeconds,
            Curve = curve,
            Outcome = outcome,
        };
    }

    /// <summary>
    /// The mean loss over a text without dropout: each character but the first is predicted once,
    /// from a state that has read at least the characters of one window before it, where there are
    /// any.
    /// </summary>
    /// <param name="text">Characters, at least two; each 0 to V - 1.</param>
    /// <returns>Nats a character.</returns>
    public double Evaluate(ReadOnlyMemory<int> text) => Evaluate(FeedOf(text));

    private (TrainingOutcome Outcome, LanguageModelEpoch Point) TrainEpoch(
        LanguageModelRun run, TextFeed? judge, int epoch, CancellationToken cancellationToken)
    {
        using Activity? activity = Traces.Start("nativernn.epoch");
        activity?.SetTag("nativernn.epoch", epoch);
        try
        {
            TrainingOutcome outcome = run.TrainEpoch(epoch, cancellationToken);
            run.Validated(judge is null ? null : () => Evaluate(judge));
            LanguageModelEpoch point = run.EndEpoch();
            activity?.SetTag("nativernn.loss", point.TrainLoss);
            activity?.SetTag("nativernn.validation_loss", point.ValidationLoss);
            return (outcome, point);
        }
        catch (Exception exception)
        {
            activity.Failed(exception);
            throw;
        }
    }

    private TextFeed FeedOf(ReadOnlyMemory<int> text) => new(
        new TextWindows(text, _options.Batch, _options.Sequence, _options.Sequence), _model.Device);

    private double Evaluate(TextFeed feed)
    {
        bool training = _model.Training;
        _model.SetTraining(false);
        try
        {
            return MeanLoss(feed);
        }
        finally
        {
            _model.SetTraining(training);
        }
    }

    private double MeanLoss(TextFeed feed)
    {
        double sum = 0;
        long predictions = 0;
        CarriedState state = new(_model.ZeroState(feed.Batch));
        for (int window = 0; window < feed.Count; window++)
        {
            predictions += feed.Load(window).Predictions;
            using GradientTape tape = _model.Device.Record(gradients: false);
            (Tensor logits, RecurrentState next) = _model.Forward(feed.Inputs, state.Value);
            sum += _loss.EvaluateEach(logits, feed.Targets).Sum().Item();
            state.Take(next);
        }

        return sum / predictions;
    }
}
