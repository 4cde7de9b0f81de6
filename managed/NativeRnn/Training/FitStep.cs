using NativeRnn.Diagnostics;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>One batch of Fit: forward, loss, backward, and, if it is time, clipping and a step.</summary>
internal sealed class FitStep(
    Sequential model, Loss loss, Optimizer optimizer, Metric[] metrics, FitOptions options)
{
    private readonly BatchWeights _weights = new(options.ClassWeights);
    private readonly AccumulatedGradient _gradient = new(optimizer, options.AccumulateSteps);
    private Module[] _modules = [];
    private object?[] _carried = [];

    /// <summary>What was not finite in the last batch or step; null: all was.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Rows that were learnt from.</summary>
    internal int Rows { get; private set; }

    /// <summary>The gradients' norm before it was clipped, at the last step.</summary>
    internal float GradientNorm { get; private set; }

    /// <summary>Takes a batch. If a number is not finite, no weight changes, layers carry on from where
    /// they were, and the gradients that wait for a step are dropped.</summary>
    /// <returns>The loss, with the penalties of regularisers.</returns>
    internal float Run(BatchFeed feed)
    {
        (Problem, Rows) = (null, 0);
        KeepCarried();
        (float value, Batch? suspect) = Try(feed);
        if (suspect is Batch batch)
        {
            PutCarriedBack();
            Problem += float.IsFinite(value)
                ? NonFiniteSearch.InBackward(model, loss, batch)
                : NonFiniteSearch.InForward(model, batch);
            PutCarriedBack();
            _gradient.Drop();
        }

        return value;
    }

    /// <summary>Takes the step that gradients wait for, if any do.</summary>
    internal void Finish()
    {
        Problem = null;
        if (_gradient.IsPending && !Step())
        {
            _gradient.Drop();
        }
    }

    /// <summary>The model is built. Drops gradients that an earlier run has left.</summary>
    internal void Start()
    {
        _modules = [.. model.NamedModules().Select(named => named.Module)];
        _carried = new object?[_modules.Length];
        if (options.AccumulateSteps > 1)
        {
            _gradient.Drop();
        }
    }

    internal TrainingState SaveState() => _gradient.Save();

    internal void LoadState(TrainingState state) => _gradient.Load(state);

    private void KeepCarried()
    {
        for (int index = 0; index < _modules.Length; index++)
        {
            _carried[index] = _modules[index].Carried;
        }
    }

    private void PutCarriedBack()
    {
        for (int index = 0; index < _modules.Length; index++)
        {
            _modules[index].Carried = _carried[index];
        }
    }

    // The batch comes back if something was not finite; then it outlives the tape.
    private (float Loss, Batch? Suspect) Try(BatchFeed feed)
    {
        using GradientTape tape = feed.Device.Record();
        Batch batch = feed.Load();
        Tensor? weights = _weights.Of(batch);
        JudgedBatch judged = model.Judge(batch, loss);
        Tensor error = judged.Evaluate(loss, weights);
        float scale = _gradient.Add(batch.Rows);
        tape.Backward(scale == 1 ? error : error * scale);

        // All the work that does not depend on the loss is queued before the loss is waited for.
        feed.Prepare();
        float value = error.Item() + optimizer.Penalty();
        TrainingMeter.Loss(value);
        if (!float.IsFinite(value))
        {
            Problem = $"the loss is {value}";
            return (value, Kept(batch, weights));
        }

        if (_gradient.IsFull && !Step())
        {
            return (value, Kept(batch, weights));
        }

        Rows = batch.Rows;
        if (metrics.Length > 0)
        {
            model.UpdateMetrics(judged, batch.Weights);
        }

        return (value, null);
    }

    private static Batch Kept(in Batch batch, Tensor? weights) => new(
        batch.Input.Clone(), batch.Target.Clone(), weights?.Clone(), batch.Lengths?.Clone());

    // Nothing changes if a gradient is not finite.
    private bool Step()
    {
        _gradient.Average();
        Clip();
        if (Problem is not null)
        {
            return false;
        }

        optimizer.Step();
        options.WeightAverage?.Update();
        return true;
    }

    // The norm is computed without clipping too: it tells of gradients that are not finite before
    // they reach the weights.
    private void Clip()
    {
        try
        {
            if (options.ClipValue > 0)
            {
                optimizer.ClipGradientValue(options.ClipValue);
            }

            GradientNorm = optimizer.ClipGradientNorm(
                options.ClipNorm == 0 ? float.MaxValue : options.ClipNorm);
            TrainingMeter.GradientNorm(GradientNorm);
        }
        catch (NativeRnnException exception)
        {
            GradientNorm = float.NaN;
            Problem = exception.Message;
        }
    }
}
