using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <content>Masked steps in losses and metrics.</content>
public sealed partial class Sequential
{
    /// <summary>
    /// What a loss and the metrics judge: of sequences with a mask, the steps that count, in one
    /// row: predictions [N,..] and targets [N,..].
    /// </summary>
    internal static (Tensor Predictions, Tensor Targets) Judged(
        in MaskedTensor predictions, Tensor targets, Loss loss)
    {
        if (predictions.Mask is not { IsFull: false } mask
            || !loss.JudgesSteps || !mask.Fits(predictions.Output) || !mask.Fits(targets))
        {
            return (predictions.Output, targets);
        }

        int[] places = mask.Places();
        return places.Length > 0
            ? (Rows.Gather(predictions.Output, 2, places, [places.Length]),
                Rows.Gather(targets, 2, places, [places.Length]))
            : throw new ArgumentException(
                "no step of a batch counts: there is nothing to learn from", nameof(targets));
    }
}
