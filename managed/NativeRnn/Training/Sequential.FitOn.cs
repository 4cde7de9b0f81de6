using System.Diagnostics;
using NativeRnn.Diagnostics;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <content>What all ways to train and to evaluate share.</content>
public sealed partial class Sequential
{
    private const int DefaultBatchSize = 32;

    /// <summary>
    /// Whether the metrics belong to the epoch that Fit runs: an evaluation in between, such as a
    /// callback's, gives them back as they were.
    /// </summary>
    internal bool MetricsInUse { get; set; }

    /// <summary>The means over an epoch of a feed, without dropout.</summary>
    internal Evaluation EvaluateOn(BatchFeed feed)
    {
        if (!MetricsInUse)
        {
            return Evaluated(feed);
        }

        TrainingState[] before = [.. _metrics.Select(StateOf)];
        try
        {
            return Evaluated(feed);
        }
        finally
        {
            ResetMetrics();
            for (int index = 0; index < before.Length; index++)
            {
                if (!before[index].IsEmpty)
                {
                    _metrics[index].LoadState(before[index]);
                }
            }
        }
    }

    private static TrainingState StateOf(Metric metric)
    {
        TrainingState state = new();
        metric.SaveState(state);
        return state;
    }

    private Evaluation Evaluated(BatchFeed feed)
    {
        Loss loss = Compiled().Loss;
        double sum = 0;
        long rows = 0;
        ResetMetrics();
        InEvaluation(() =>
        {
            feed.StartEpoch(epoch: 1, skip: 0);
            while (feed.MoveNext())
            {
                using GradientTape tape = feed.Device.Record(gradients: false);
                Batch batch = feed.Load();
                JudgedBatch judged = Judge(batch, loss);
                Tensor error = judged.Evaluate(loss, batch.Weights);
                feed.Prepare();
                sum += error.Item() * (double)batch.Rows;
                rows += batch.Rows;
                UpdateMetrics(judged, batch.Weights);
            }
        });
        if (rows == 0)
        {
            throw new InvalidOperationException("there are no rows to evaluate: the data give no batches");
        }

        return new Evaluation((sum / rows) + this.Penalty(), MetricResults());
    }

    private History FitOn(
        BatchFeed feed,
        BatchFeed? held,
        int epochs,
        int batchSize,
        FitOptions options,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        CompiledParts parts = Compiled();
        using BatchFeed? validation = ValidationFeed(options, batchSize, feed.Device);
        BatchFeed? validated = held ?? validation;
        Build(feed.InputShape, feed.InputType, feed.Device);
        if (!parts.Optimizer.IsBound)
        {
            parts.Optimizer.Bind(Parameters());
        }

        parts.Optimizer.RequireParametersOf(this);

        SetTraining(true);
        FitLoop loop = new(
            this, parts, options, feed, () => validated is null ? null : EvaluateOn(validated), epochs);
        using Activity? activity = Traces.Start("nativernn.fit");
        activity?.SetTag("nativernn.device", feed.Device.Name());
        activity?.SetTag("nativernn.input_shape", Sizes.Text(feed.InputShape));
        activity?.SetTag("nativernn.parameters", ParameterCount);
        activity?.SetTag("nativernn.epochs", epochs);
        try
        {
            loop.Run(cancellationToken);
            activity?.SetTag("nativernn.loss", loop.LastLoss);
        }
        catch (Exception exception)
        {
            activity.Failed(exception);
            throw;
        }
        finally
        {
            History = loop.History;
        }

        return loop.History;
    }

    private static BatchFeed? ValidationFeed(FitOptions options, int batchSize, Device device)
    {
        if (options.ValidationData is (Tensor x, Tensor y))
        {
            CheckRows(x, y);
            return new RowFeed(x, y, null, .., batchSize);
        }

        return options.ValidationDataset is Dataset data ? new DatasetFeed(data.InOrder(), device) : null;
    }

    // In decimal, so that 0.2 of 100 rows are 20.
    private static int TrainingRows(int rows, FitOptions options)
    {
        int training = (int)(rows * (1 - (decimal)options.ValidationSplit));
        return training >= 1 ? training : throw new ArgumentException(
            $"ValidationSplit {options.ValidationSplit} of {rows} rows leaves none to train on",
            nameof(options));
    }

    private static void RequireNoSampleWeights(FitOptions options)
    {
        if (options.SampleWeights is not null)
        {
            throw new ArgumentException(
                "SampleWeights are for tensors: a Dataset and batches bring their own", nameof(options));
        }
    }

    // Null while no layer has weights.
    private Device? OwnDevice() => NamedModules()
        .SelectMany(named => named.Module.OwnParameters)
        .FirstOrDefault()?.Value.Device;
}
