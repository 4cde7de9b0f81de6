using System.Diagnostics;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>The loop of <see cref="Sequential.Fit"/>.</summary>
internal sealed class FitLoop(
    Sequential model, Loss loss, Optimizer optimizer, Metric[] metrics, FitOptions options)
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(250);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _epochs;
    private int _batchSize;
    private int _epoch;
    private long _samples;
    private TimeSpan _reported;

    internal History Run(
        Tensor x, Tensor y, int epochs, int batchSize, CancellationToken cancellationToken)
    {
        (_epochs, _batchSize) = (epochs, batchSize);
        RowSource inputs = new(x);
        RowSource targets = new(y);
        int training = TrainingRows(inputs.Count);
        int[] order = [.. Enumerable.Range(0, training)];
        Func<Evaluation?> validate = Validation(inputs, targets, training);
        RandomStream random = new(options.Seed);
        List<EpochResult> results = [];
        for (_epoch = 1; _epoch <= epochs; _epoch++)
        {
            TimeSpan start = _clock.Elapsed;
            if (options.Shuffle)
            {
                random.Shuffle(order);
            }

            Evaluation trained = TrainEpoch(inputs, targets, order, cancellationToken);
            Evaluation? validated = validate();
            EpochResult result = new(
                _epoch, trained, validated, (_clock.Elapsed - start).TotalSeconds);
            results.Add(result);
            optimizer.Schedule?.EpochEnded(result);
            options.Logger?.Epoch(_epoch, epochs, trained.Loss, validated?.Loss, result.Seconds);
            Report(order.Length, order.Length, trained.Loss, result);
        }

        return new History(results);
    }

    private int TrainingRows(int rows) => (int)(rows * (1 - (double)options.ValidationSplit));

    private Func<Evaluation?> Validation(RowSource inputs, RowSource targets, int training)
    {
        (RowSource X, RowSource Y) source = (inputs, targets);
        int[] rows = [.. Enumerable.Range(training, inputs.Count - training)];
        if (options.ValidationData is (Tensor x, Tensor y))
        {
            source = (new RowSource(x), new RowSource(y));
            rows = [.. Enumerable.Range(0, source.X.Count)];
        }

        return () => rows.Length == 0
            ? null
            : model.EvaluateRows(loss, source.X, source.Y, rows, _batchSize);
    }

    private Evaluation TrainEpoch(
        RowSource inputs, RowSource targets, int[] order, CancellationToken cancellationToken)
    {
        double sum = 0;
        model.ResetMetrics();
        if (options.AccumulateSteps > 1)
        {
            optimizer.ZeroGradients(); // what a run that was cancelled between two steps has left
        }

        for (int start = 0; start < order.Length; start += _batchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<int> rows =
                order.AsSpan(start, Math.Min(_batchSize, order.Length - start));
            AccumulatedBatch batch = AccumulatedBatch.At(
                start, _batchSize, order.Length, options.AccumulateSteps);
            sum += Step(inputs.Take(rows), targets.Take(rows), start, batch) * (double)rows.Length;
            int done = start + rows.Length;
            _samples += rows.Length;
            TrainingMeter.Add(rows.Length);
            if (_clock.Elapsed - _reported >= ReportInterval && done < order.Length)
            {
                Report(done, order.Length, sum / done, null);
            }
        }

        return new Evaluation(sum / order.Length, model.MetricResults());
    }

    private float Step(Tensor input, Tensor target, int start, AccumulatedBatch batch)
    {
        using GradientTape tape = input.Device.Record();
        (Tensor predictions, Tensor wanted) =
            Sequential.Judged(model.ForwardMasked(input, null), target, loss);
        Tensor error = loss.Evaluate(predictions, wanted);
        float value = error.Item() + optimizer.Penalty();
        if (!float.IsFinite(value))
        {
            optimizer.ZeroGradients();
            throw NotFinite($"the loss is {value}", start, null);
        }

        tape.Backward(batch.Scale == 1 ? error : error * batch.Scale);
        if (batch.EndsStep)
        {
            Clip(start);
            optimizer.Step();
            options.WeightAverage?.Update();
        }

        if (metrics.Length > 0)
        {
            model.UpdateMetrics(predictions, wanted);
        }

        return value;
    }

    private void Clip(int start)
    {
        if (options.ClipValue > 0)
        {
            optimizer.ClipGradientValue(options.ClipValue);
        }

        if (options.ClipNorm == 0)
        {
            return;
        }

        try
        {
            optimizer.ClipGradientNorm(options.ClipNorm);
        }
        catch (NativeRnnException exception)
        {
            optimizer.ZeroGradients();
            throw NotFinite(exception.Message, start, exception);
        }
    }

    private NativeRnnException NotFinite(string what, int start, Exception? inner) => new(
        $"{what}, in epoch {_epoch}, batch {(start / _batchSize) + 1}; the weights are as before it",
        inner);

    private void Report(int done, int rows, double mean, EpochResult? result)
    {
        _reported = _clock.Elapsed;
        double rate = _samples / Math.Max(_clock.Elapsed.TotalSeconds, 1e-9);
        TrainingMeter.Rate(rate);
        long left = ((long)(_epochs - _epoch) * rows) + rows - done;
        options.Progress?.Report(new FitProgress
        {
            Epoch = _epoch,
            Epochs = _epochs,
            Batch = (done + _batchSize - 1) / _batchSize,
            Batches = (rows + _batchSize - 1) / _batchSize,
            Loss = mean,
            SamplesPerSecond = rate,
            Elapsed = _clock.Elapsed,
            Remaining = TimeSpan.FromSeconds(left / Math.Max(rate, 1e-9)),
            Result = result,
        });
    }
}
