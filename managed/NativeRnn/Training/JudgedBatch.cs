using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// What a loss and the metrics judge: of sequences with a mask the steps that count, in one row, or
/// whole sequences, if the loss judges no single steps.
/// </summary>
/// <param name="Predictions">[N,..] of single steps, else as the model gives them.</param>
/// <param name="Targets">[N,..] of single steps, else as they are.</param>
/// <param name="Mask">Of whole sequences: which of their steps count; null: all.</param>
internal readonly record struct JudgedBatch(Tensor Predictions, Tensor Targets, SequenceMask? Mask)
{
    // Of the steps that are judged, in [B T]; null: nothing was left out.
    private int[]? Places { get; init; }

    private int Steps { get; init; }

    internal static JudgedBatch Of(in MaskedTensor predictions, Tensor targets, Loss loss)
    {
        if (predictions.Mask is not { IsFull: false } mask || !loss.JudgesSteps
            || !mask.Fits(predictions.Output) || !mask.Fits(targets))
        {
            return new JudgedBatch(predictions.Output, targets, predictions.Mask);
        }

        int[] places = mask.Places();
        return places.Length > 0
            ? new JudgedBatch(
                Rows.Gather(predictions.Output, 2, places, [places.Length]),
                Rows.Gather(targets, 2, places, [places.Length]),
                null)
            {
                Places = places,
                Steps = mask.Steps,
            }
            : throw NothingCounts();
    }

    /// <summary>The steps of a model that gets the targets too: those whose target is not negative.</summary>
    internal static JudgedBatch Of(Seq2Seq model, in Batch batch)
    {
        int[] targets = batch.Target.ToInt32Array();
        int[] places = [.. Enumerable.Range(0, targets.Length).Where(place => targets[place] >= 0)];
        if (places.Length == 0)
        {
            throw NothingCounts();
        }

        return new JudgedBatch(
            model.ForwardAt(batch.Input, batch.Target, batch.Lengths, places),
            Rows.Gather(batch.Target, 2, places, [places.Length]),
            null)
        {
            Places = places,
            Steps = batch.Target.Shape[1],
        };
    }

    /// <summary>The loss.</summary>
    /// <param name="loss">For which this was made.</param>
    /// <param name="weights">Of the batch, [B] or [B,T,..]; null: none.</param>
    internal Tensor Evaluate(Loss loss, Tensor? weights) =>
        loss.EvaluateMasked(Predictions, Targets, Mask, WeightsOf(weights));

    /// <summary>Weights of what is judged: a step has its own, or its row's.</summary>
    /// <param name="weights">Of the batch, [B] or [B,T,..]; null: none.</param>
    internal Tensor? WeightsOf(Tensor? weights)
    {
        if (weights is null || Places is null)
        {
            return weights;
        }

        return weights.Rank >= 2 && weights.Shape[1] == Steps
            ? Rows.Gather(weights, 2, Places, [Places.Length])
            : Rows.Gather(weights, 1, RowsOf(Places, Steps), [Places.Length]);
    }

    private static ArgumentException NothingCounts() =>
        new("no step of a batch counts: there is nothing to learn from", "targets");

    private static int[] RowsOf(int[] places, int steps) => [.. places.Select(place => place / steps)];
}
