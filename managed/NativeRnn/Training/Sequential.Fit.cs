using System.Diagnostics;
using NativeRnn.Diagnostics;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <content>Training, evaluation and prediction over data sets.</content>
public sealed partial class Sequential
{
    /// <summary>
    /// What the last Fit of this model did, also of one that was cancelled or that an exception ended;
    /// null before the first.
    /// </summary>
    public History? History { get; private set; }

    internal Loss CompiledLoss => Compiled().Loss;

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
    /// The loss or the gradients' norm is not finite; the message says at which epoch and batch, and in
    /// which layer and at which time step first, and the weights are as they were before it.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// It was cancelled; the model keeps what it has learnt, see <see cref="History"/>.
    /// </exception>
    public History Fit(
        Tensor x,
        Tensor y,
        int epochs = 1,
        int batchSize = 32,
        FitOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        Compiled();
        CheckRows(x, y);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        options ??= new FitOptions();
        options.Check();
        if (options.SampleWeights is not null)
        {
            BatchWeights.Checked(options.SampleWeights, x.Shape[0], nameof(options.SampleWeights));
        }

        int training = TrainingRows(x.Shape[0], options);
        using RowFeed feed = new(
            x, y, options.SampleWeights, ..training, batchSize, options.Shuffle ? options.Seed : null);
        using BatchFeed? held = options.ValidationSplit > 0 && training < x.Shape[0]
            ? new RowFeed(x, y, options.SampleWeights, training.., batchSize)
            : null;
        return FitOn(feed, held, epochs, batchSize, options, cancellationToken);
    }

    /// <summary>Trains the model on a data set, with its order and its batches.</summary>
    /// <param name="data">Samples and how they become batches.</param>
    /// <param name="epochs">Times that all samples are taken, at least 1.</param>
    /// <param name="options">Validation, clipping, callbacks, checkpoints; null: the defaults. A split
    /// takes the last samples.</param>
    /// <param name="device">Where to train; null: that of the parameters, or
    /// <see cref="Device.Default"/>.</param>
    /// <param name="cancellationToken">Ends the training after the batch that runs.</param>
    /// <returns>Losses and metrics of each epoch.</returns>
    /// <inheritdoc cref="Fit(Tensor, Tensor, int, int, FitOptions?, CancellationToken)" path="/exception"/>
    public History Fit(
        Dataset data,
        int epochs = 1,
        FitOptions? options = null,
        Device? device = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        Compiled();
        options ??= new FitOptions();
        options.Check();
        RequireNoSampleWeights(options);
        Device target = device ?? OwnDevice() ?? Device.Default;
        (Dataset training, Dataset? validation) = options.ValidationSplit > 0
            ? data.Split(options.ValidationSplit)
            : (data, null);
        using DatasetFeed feed = new(training, target);
        using BatchFeed? held = validation is null
            ? null
            : new DatasetFeed(validation.InOrder(), target);
        return FitOn(feed, held, epochs, data.BatchSize, options, cancellationToken);
    }

    /// <summary>Trains the model on batches of one's own.</summary>
    /// <param name="batches">Enumerated once for each epoch; a resumed run skips those that were taken
    /// before. Their tensors stay the caller's.</param>
    /// <param name="epochs">Times that all batches are taken, at least 1.</param>
    /// <param name="options">Validation data, clipping, callbacks, checkpoints; null: the defaults.</param>
    /// <param name="cancellationToken">Ends the training after the batch that runs.</param>
    /// <returns>Losses and metrics of each epoch.</returns>
    /// <inheritdoc cref="Fit(Tensor, Tensor, int, int, FitOptions?, CancellationToken)" path="/exception"/>
    public History Fit(
        IEnumerable<Batch> batches,
        int epochs = 1,
        FitOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        Compiled();
        options ??= new FitOptions();
        options.Check();
        RequireNoSampleWeights(options);
        if (options.ValidationSplit > 0)
        {
            throw new ArgumentException(
                "ValidationSplit can't split batches: give ValidationData or ValidationDataset",
                nameof(options));
        }

        using BatchesFeed feed = new(batches);
        return FitOn(feed, null, epochs, DefaultBatchSize, options, cancellationToken);
    }

    /// <summary>
    /// Trains the model on batches that come asynchronously. The training runs on a thread of the pool;
    /// meanwhile nothing else may use the device, but for the enumeration while a batch is awaited.
    /// </summary>
    /// <inheritdoc cref="Fit(IEnumerable{Batch}, int, FitOptions?, CancellationToken)"/>
    public Task<History> FitAsync(
        IAsyncEnumerable<Batch> batches,
        int epochs = 1,
        FitOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return Task.Run(
            () => Fit(
                new AsyncBatches<Batch>(batches, cancellationToken), epochs, options, cancellationToken),
            cancellationToken);
    }

    /// <summary>Computes the loss and the metrics on some data, without dropout.</summary>
    /// <param name="x">Inputs, [N,..].</param>
    /// <param name="y">Targets, [N,..].</param>
    /// <param name="batchSize">Rows at a time, at least 1.</param>
    /// <returns>The means over all rows; the loss with the penalties of regularisers, as in Fit.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    public Evaluation Evaluate(Tensor x, Tensor y, int batchSize = 32)
    {
        Compiled();
        CheckRows(x, y);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        using RowFeed feed = new(x, y, null, .., batchSize);
        return EvaluateOn(feed);
    }

    /// <summary>Computes the loss and the metrics on a data set, without dropout.</summary>
    /// <param name="data">Samples and how they become batches.</param>
    /// <param name="device">Where; null: that of the parameters, or <see cref="Device.Default"/>.</param>
    /// <returns>The means over all samples.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    public Evaluation Evaluate(Dataset data, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        Compiled();
        using DatasetFeed feed = new(data.InOrder(), device ?? OwnDevice() ?? Device.Default);
        return EvaluateOn(feed);
    }

    /// <summary>Computes the model's output on some data, without dropout.</summary>
    /// <param name="x">Inputs, [N,..].</param>
    /// <param name="batchSize">Rows at a time, at least 1.</param>
    /// <returns>The outputs, [N,..].</returns>
    public Tensor Predict(Tensor x, int batchSize = 32)
    {
        CheckHasRows(x, nameof(x));
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        using Activity? activity = Traces.Start("nativernn.predict");
        activity?.SetTag("nativernn.device", x.Device.Name());
        activity?.SetTag("nativernn.input_shape", Sizes.Text(x.Shape));
        try
        {
            Tensor outputs = PredictRows(x, batchSize);
            activity?.SetTag("nativernn.output_shape", Sizes.Text(outputs.Shape));
            return outputs;
        }
        catch (Exception exception)
        {
            activity.Failed(exception);
            throw;
        }
    }

    private Tensor PredictRows(Tensor x, int batchSize)
    {
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

    internal void ResetMetrics() => Array.ForEach(_metrics, metric => metric.Reset());

    internal void UpdateMetrics(in JudgedBatch judged, Tensor? weights)
    {
        Tensor? each = judged.WeightsOf(weights);
        foreach (Metric metric in _metrics)
        {
            metric.Update(judged.Predictions, judged.Targets, each);
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

    private CompiledParts Compiled() => _loss is null || _optimizer is null
        ? throw new InvalidOperationException("call Compile first")
        : new CompiledParts(_loss, _optimizer, _metrics);
}
