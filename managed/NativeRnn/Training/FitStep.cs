namespace NativeRnn.Training;

/// <summary>One step of Fit: forward, loss, backward, clipping, optimiser.</summary>
internal sealed class FitStep(
    Sequential model, Loss loss, Optimizer optimizer, Metric[] metrics, FitOptions options)
{
    private readonly BatchWeights _weights = new(options.ClassWeights);

    /// <summary>What was not finite in the last step; null: all was.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Rows that were learnt from.</summary>
    internal int Rows { get; private set; }

    /// <summary>The gradients' norm before clipping.</summary>
    internal float GradientNorm { get; private set; }

    /// <summary>Takes a batch; changes nothing if a number is not finite.</summary>
    /// <returns>The loss.</returns>
    internal float Run(BatchFeed feed)
    {
        (Problem, Rows) = (null, 0);
        (float value, Batch? suspect) = Try(feed);
        if (suspect is Batch batch)
        {
            Problem += float.IsFinite(value)
                ? NonFiniteSearch.InBackward(model, loss, batch)
                : NonFiniteSearch.InForward(model, batch);
            optimizer.ZeroGradients();
        }

        return value;
    }

    // The batch comes back if something was not finite; then it outlives the tape.
    private (float Loss, Batch? Suspect) Try(BatchFeed feed)
    {
        using GradientTape tape = feed.Device.Record();
        Batch batch = feed.Load();
        Tensor? weights = _weights.Of(batch);
        Tensor predictions = model.Forward(batch.Input, batch.Lengths);
        Tensor error = loss.Evaluate(predictions, batch.Target, weights);
        float value = error.Item();
        if (!float.IsFinite(value))
        {
            Problem = $"the loss is {value}";
        }
        else
        {
            tape.Backward(error);
            Clip();
        }

        if (Problem is not null)
        {
            return (value, Kept(batch, weights));
        }

        optimizer.Step();
        Rows = batch.Rows;
        if (metrics.Length > 0)
        {
            model.UpdateMetrics(predictions, batch.Target);
        }

        return (value, null);
    }

    private static Batch Kept(in Batch batch, Tensor? weights) => new(
        batch.Input.Clone(), batch.Target.Clone(), weights?.Clone(), batch.Lengths?.Clone());

    // The norm is computed without clipping too: it tells of gradients that are not finite before
    // they reach the weights.
    private void Clip()
    {
        try
        {
            GradientNorm = optimizer.ClipGradientNorm(
                options.ClipNorm == 0 ? float.MaxValue : options.ClipNorm);
        }
        catch (NativeRnnException exception)
        {
            GradientNorm = float.NaN;
            Problem = exception.Message;
        }
    }
}
