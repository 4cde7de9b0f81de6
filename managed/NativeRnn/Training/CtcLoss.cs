using NativeRnn.Interop;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Connectionist temporal classification (Graves 2006): -log of the probability that the steps'
/// classes, with repeats merged and blanks removed, spell the targets, summed over all alignments,
/// in nats. Predictions are logits; log-probabilities give the same loss and gradient.
/// </summary>
/// <remarks>
/// The mean is PyTorch's: each row's loss over the number of its targets (at least 1), then the mean
/// over rows. A row whose targets can't be aligned has loss infinity, or 0 with zeroInfinity, and in
/// both cases no gradient: n targets need n steps, and one more for each target that repeats the one
/// before it.
/// </remarks>
public sealed class CtcLoss : Loss
{
    private readonly int _blank;
    private readonly bool _zeroInfinity;
    private readonly bool _batchFirst;

    /// <summary>A loss.</summary>
    /// <param name="blank">The class that stands for no target, at least 0.</param>
    /// <param name="zeroInfinity">Whether rows that can't be aligned have loss 0.</param>
    /// <param name="batchFirst">Whether predictions are [B,T,C], else [T,B,C].</param>
    /// <exception cref="ArgumentOutOfRangeException">The blank is negative.</exception>
    public CtcLoss(int blank = 0, bool zeroInfinity = false, bool batchFirst = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(blank);
        _blank = blank;
        _zeroInfinity = zeroInfinity;
        _batchFirst = batchFirst;
    }

    /// <summary>A row's steps are judged together.</summary>
    public override bool JudgesSteps => false;

    /// <summary>
    /// The loss of each row, divided by the row's number of targets; all steps of all rows are valid.
    /// </summary>
    /// <param name="predictions">Logits, [B,T,C] if batch-first, else [T,B,C].</param>
    /// <param name="targets">
    /// int32 [B,S], each 0 to C - 1 and not the blank; a row of fewer targets ends at its first
    /// negative number.
    /// </param>
    /// <returns>[B], recorded for gradients while a tape is active.</returns>
    /// <exception cref="ArgumentException">A shape, type or target is wrong.</exception>
    public override Tensor EvaluateEach(Tensor predictions, Tensor targets) =>
        EachOf(predictions, targets, null, TargetLengths(predictions, targets));

    /// <summary>The mean loss of rows of several lengths.</summary>
    /// <param name="predictions">Logits, [B,T,C] if batch-first, else [T,B,C].</param>
    /// <param name="targets">int32 [B,S], each 0 to C - 1 and not the blank.</param>
    /// <param name="lengths">int32 [B]: the valid steps of each row, 0 to T; null: all.</param>
    /// <param name="targetLengths">
    /// int32 [B]: the targets of each row, 0 to S, those after them are not read; null: all.
    /// </param>
    /// <returns>One number, shape [], recorded for gradients while a tape is active.</returns>
    /// <exception cref="ArgumentException">A shape, type, target or length is wrong.</exception>
    public Tensor EvaluateSequences(
        Tensor predictions, Tensor targets, Tensor? lengths, Tensor? targetLengths) =>
        EachOf(predictions, targets, lengths, targetLengths).Mean();

    /// <inheritdoc/>
    /// <remarks>Steps after a row's length are not read.</remarks>
    internal override Tensor EvaluateMasked(
        Tensor predictions, Tensor targets, SequenceMask? mask, Tensor? weights)
    {
        if (!_batchFirst || mask is not { IsFull: false, IsRightPadded: true } || !mask.Fits(predictions))
        {
            return Evaluate(predictions, targets, weights);
        }

        Tensor losses = EachOf(
            predictions, targets, mask.LengthsOn(predictions.Device), TargetLengths(predictions, targets));
        return Reduce(losses, targets, weights, null);
    }

    private Tensor EachOf(
        Tensor predictions, Tensor targets, Tensor? lengths, Tensor? targetLengths)
    {
        Tensor losses = EvaluateRows(predictions, targets, lengths, targetLengths);
        int batch = losses.Shape[0];
        int[]? counts = targetLengths?.ToInt32Array();
        float[] weights = new float[batch];
        for (int row = 0; row < batch; row++)
        {
            int count = counts?[row] ?? targets.Shape[1];
            weights[row] = 1f / Math.Max(count, 1);
        }

        return losses * Tensor.From(weights, [batch], predictions.Device);
    }

    /// <summary>The loss of each row, for a mean or sum of one's own.</summary>
    /// <param name="predictions">Logits, [B,T,C] if batch-first, else [T,B,C].</param>
    /// <param name="targets">int32 [B,S], each 0 to C - 1 and not the blank.</param>
    /// <param name="lengths">int32 [B]: the valid steps of each row, 0 to T; null: all.</param>
    /// <param name="targetLengths">
    /// int32 [B]: the targets of each row, 0 to S, those after them are not read; null: all.
    /// </param>
    /// <returns>[B], recorded for gradients while a tape is active.</returns>
    /// <exception cref="ArgumentException">A shape, type, target or length is wrong.</exception>
    public Tensor EvaluateRows(
        Tensor predictions, Tensor targets, Tensor? lengths = null, Tensor? targetLengths = null)
    {
        int batch = CheckShapes(predictions, targets);
        if (lengths is not null)
        {
            int steps = predictions.Shape[_batchFirst ? 1 : 0];
            Sizes.RequireLengths(lengths, batch, steps, predictions.Device, nameof(lengths));
        }

        if (targetLengths is not null)
        {
            Sizes.RequireLengths(
                targetLengths, batch, targets.Shape[1], predictions.Device, nameof(targetLengths));
        }

        Tensor losses = Tensor.Empty([batch], predictions.Device);
        GradientTape? tape = GradientTape.For(predictions);
        CtcCall call = CallOf(predictions, targets, lengths, targetLengths);
        Tensor? reserve = tape is null ? null : Tensor.Scratch(
            [checked((int)Ops.CtcReserveLength(call))], predictions.Device);
        try
        {
            Ops.CtcForward(call, losses, reserve);
        }
        catch (ArgumentException wrong)
        {
            throw Sizes.Named(wrong, nameof(targets));
        }

        if (tape is not null)
        {
            Record(tape, call, losses, reserve!);
        }

        return losses;
    }

    private void Record(GradientTape tape, in CtcCall call, Tensor losses, Tensor reserve)
    {
        (Tensor predictions, Tensor targets) = (call.Logits, call.Targets);
        (Tensor? lengths, Tensor? targetLengths) = (call.Lengths, call.TargetLengths);
        tape.Record(losses, dlosses =>
        {
            Tensor dlogits = Tensor.Empty(predictions.Shape, predictions.Device);
            CtcCall again = CallOf(predictions, targets, lengths, targetLengths);
            Ops.CtcBackward(again, reserve, dlosses, dlogits);
            tape.Accumulate(predictions, dlogits, fresh: true);
        });
    }

    private CtcCall CallOf(
        Tensor predictions, Tensor targets, Tensor? lengths, Tensor? targetLengths) => new()
    {
        Logits = predictions,
        Targets = targets,
        Lengths = lengths,
        TargetLengths = targetLengths,
        BatchFirst = _batchFirst,
        Blank = _blank,
        ZeroInfinity = _zeroInfinity,
    };

    private int CheckShapes(Tensor predictions, Tensor targets)
    {
        Sizes.RequireFloats(predictions, nameof(predictions));
        Sizes.RequireIndices(targets, nameof(targets));
        Sizes.RequireDevice(targets, predictions.Device, nameof(targets));
        if (predictions.Rank != 3 || predictions.Length == 0)
        {
            throw new ArgumentException(
                $"predictions must be {(_batchFirst ? "[B,T,C]" : "[T,B,C]")} and not empty, they " +
                $"are {Sizes.Text(predictions.Shape)}", nameof(predictions));
        }

        int batch = predictions.Shape[_batchFirst ? 0 : 1];
        if (targets.Rank != 2 || targets.Shape[0] != batch)
        {
            throw new ArgumentException(
                $"targets are {Sizes.Text(targets.Shape)}, predictions " +
                $"{Sizes.Text(predictions.Shape)}; targets must be [{batch}, S]", nameof(targets));
        }

        if (_blank >= predictions.Shape[2])
        {
            throw new ArgumentException(
                $"predictions have {predictions.Shape[2]} classes, the blank is {_blank}; it must " +
                "be one of them", nameof(predictions));
        }

        return batch;
    }

    private Tensor TargetLengths(Tensor predictions, Tensor targets)
    {
        int batch = CheckShapes(predictions, targets);
        int most = targets.Shape[1];
        int[] values = targets.ToInt32Array();
        int[] counts = new int[batch];
        for (int row = 0; row < batch; row++)
        {
            int end = values.AsSpan(row * most, most).IndexOfAnyInRange(int.MinValue, -1);
            counts[row] = end < 0 ? most : end;
        }

        return Tensor.From(counts, [batch], predictions.Device);
    }
}
