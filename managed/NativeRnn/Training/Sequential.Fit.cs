using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <content>Training, evaluation and prediction over data sets.</content>
public sealed partial class Sequential
{
    /// <summary>Trains the model. Weights and optimiser go on from where they are.</summary>
    /// <param name="x">Inputs, [N,..]: N rows.</param>
    /// <param name="y">Targets, [N,..].</param>
    /// <param name="epochs">Times that all rows are taken, at least 1.</param>
    /// <param name="batchSize">Rows of a step, at least 1; the last batch takes what is left.</param>
    /// <param name="options">Validation, order, clipping, progress, log; null: the defaults.</param>
    /// <param name="cancellationToken">Ends the training after the batch that runs.</param>
    /// <returns>Losses and metrics of each epoch; the losses with the penalties of regularisers.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    /// <exception cref="NativeRnnException">
    /// The loss or the gradients' norm is not finite; the message says at which epoch and batch, and
    /// the weights are as they were before it.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// It was cancelled; the model keeps what it has learnt.
    /// </exception>
    public History Fit(
        Tensor x,
        Tensor y,
        int epochs = 1,
        int batchSize = 32,
        FitOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        (Loss loss, Optimizer optimizer) = Compiled();
        CheckRows(x, y);
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        options ??= new FitOptions();
        CheckOptions(options, x.Shape[0]);
        Build(x.Shape, x.DType, x.Device);
        if (!optimizer.IsBound)
        {
            optimizer.Bind(Parameters());
        }

        SetTraining(true);
        FitLoop loop = new(this, loss, optimizer, _metrics, options);
        return loop.Run(x, y, epochs, batchSize, cancellationToken);
    }

    /// <summary>Computes the loss and the metrics on some data, without dropout.</summary>
    /// <param name="x">Inputs, [N,..].</param>
    /// <param name="y">Targets, [N,..].</param>
    /// <param name="batchSize">Rows at a time, at least 1.</param>
    /// <returns>The means over all rows; the loss with the penalties of regularisers, as in Fit.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    public Evaluation Evaluate(Tensor x, Tensor y, int batchSize = 32)
    {
        (Loss loss, _) = Compiled();
        CheckRows(x, y);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        int[] rows = [.. Enumerable.Range(0, x.Shape[0])];
        return EvaluateRows(loss, new RowSource(x), new RowSource(y), rows, batchSize);
    }

    /// <summary>Computes the model's output on some data, without dropout.</summary>
    /// <param name="x">Inputs, [N,..].</param>
    /// <param name="batchSize">Rows at a time, at least 1.</param>
    /// <returns>The outputs, [N,..].</returns>
    public Tensor Predict(Tensor x, int batchSize = 32)
    {
        CheckHasRows(x, nameof(x));
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        RowSource source = new(x);
        int[] rows = [.. Enumerable.Range(0, source.Count)];
        Tensor? all = null;
        int width = 0;
        InEvaluation(() =>
        {
            for (int start = 0; start < rows.Length; start += batchSize)
            {
                int count = Math.Min(batchSize, rows.Length - start);
                using GradientTape tape = x.Device.Record(gradients: false);
                Tensor output = Forward(source.Take(rows.AsSpan(start, count)));
                if (output.Rank == 0 || output.Shape[0] != count)
                {
                    throw new InvalidOperationException(
                        $"the model gives {Sizes.Text(output.Shape)} for {count} rows; Predict needs " +
                        "an output whose first axis is the rows");
                }

                width = (int)(output.Length / count);
                all ??= Tensor.NewOwned([rows.Length, .. output.Shape[1..]], x.Device);
                using Tensor part = all.View((long)start * width, output.Shape);
                part.CopyFrom(output);
            }
        });
        return all!;
    }

    internal Evaluation EvaluateRows(
        Loss loss, RowSource inputs, RowSource targets, int[] rows, int batchSize)
    {
        double sum = 0;
        ResetMetrics();
        InEvaluation(() =>
        {
            for (int start = 0; start < rows.Length; start += batchSize)
            {
                Span<int> batch = rows.AsSpan(start, Math.Min(batchSize, rows.Length - start));
                using GradientTape tape = inputs.Device.Record(gradients: false);
                (Tensor predictions, Tensor wanted) = Judged(
                    ForwardMasked(inputs.Take(batch), null), targets.Take(batch), loss);
                sum += loss.Evaluate(predictions, wanted).Item() * (double)batch.Length;
                UpdateMetrics(predictions, wanted);
            }
        });
        return new Evaluation((sum / rows.Length) + this.Penalty(), MetricResults());
    }

    internal void ResetMetrics() => Array.ForEach(_metrics, metric => metric.Reset());

    internal void UpdateMetrics(Tensor predictions, Tensor targets)
    {
        foreach (Metric metric in _metrics)
        {
            metric.Update(predictions, targets);
        }
    }

    internal Dictionary<string, double> MetricResults() =>
        _metrics.ToDictionary(metric => metric.Name, metric => metric.Result);

    internal static void CheckRows(Tensor x, Tensor y)
    {
        CheckHasRows(x, nameof(x));
        CheckHasRows(y, nameof(y));
        if (x.Shape[0] != y.Shape[0])
        {
            throw new ArgumentException(
                $"x has {x.Shape[0]} rows, y has {y.Shape[0]}", nameof(y));
        }
    }

    private static void CheckHasRows(Tensor data, string name)
    {
        ArgumentNullException.ThrowIfNull(data, name);
        if (data.Rank == 0 || data.Length == 0)
        {
            throw new ArgumentException(
                $"{name} is {Sizes.Text(data.Shape)}; it must be [N,..] and not empty", name);
        }
    }

    private static void CheckOptions(FitOptions options, int rows)
    {
        Sizes.RequireRate(options.ValidationSplit, nameof(options.ValidationSplit));
        if (!(options.ClipNorm >= 0) || float.IsInfinity(options.ClipNorm))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.ClipNorm, "ClipNorm must be at least 0 and finite");
        }

        if (!(options.ClipValue >= 0) || float.IsInfinity(options.ClipValue))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.ClipValue, "ClipValue must be at least 0 and finite");
        }

        if (options.AccumulateSteps < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.AccumulateSteps, "AccumulateSteps must be at least 1");
        }

        if (options.ValidationData is (Tensor x, Tensor y))
        {
            CheckRows(x, y);
            if (options.ValidationSplit > 0)
            {
                throw new ArgumentException(
                    "give ValidationSplit or ValidationData, not both", nameof(options));
            }
        }

        if ((int)(rows * (1 - (double)options.ValidationSplit)) < 1)
        {
            throw new ArgumentException(
                $"ValidationSplit {options.ValidationSplit} of {rows} rows leaves none to train on",
                nameof(options));
        }
    }

    private (Loss Loss, Optimizer Optimizer) Compiled() => _loss is null || _optimizer is null
        ? throw new InvalidOperationException("call Compile first")
        : (_loss, _optimizer);

    private void InEvaluation(Action action)
    {
        bool training = Training;
        SetTraining(false);
        try
        {
            action();
        }
        finally
        {
            SetTraining(training);
        }
    }
}
