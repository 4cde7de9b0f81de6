using NativeRnn.Interop;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Softmax with cross-entropy in one: predictions are logits, targets class numbers; in nats.
/// </summary>
public sealed class CrossEntropyLoss : Loss
{
    // No target can be this one, so that without an ignored index each negative target is wrong.
    private const int NothingIgnored = int.MinValue;

    private readonly int _ignoredTarget;
    private readonly float _labelSmoothing;

    /// <summary>A loss.</summary>
    /// <param name="ignoreIndex">
    /// A negative target that stands for "no prediction here": its row adds no loss and no gradient,
    /// and does not count in the mean. Null: each row counts.
    /// </param>
    /// <param name="labelSmoothing">
    /// s in [0, 1]: the target distribution is (1 - s) one-hot + s / C.
    /// </param>
    public CrossEntropyLoss(int? ignoreIndex = null, float labelSmoothing = 0)
    {
        if (ignoreIndex >= 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(ignoreIndex), ignoreIndex, "ignoreIndex must be negative");
        }

        _ignoredTarget = ignoreIndex ?? NothingIgnored;
        _labelSmoothing = RequireSmoothing(labelSmoothing);
    }

    private protected override int? IgnoredTarget =>
        _ignoredTarget == NothingIgnored ? null : _ignoredTarget;

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">Logits [..,C].</param>
    /// <param name="targets">int32 [..], each 0 to C - 1, or the ignored one.</param>
    /// <returns>The loss of each row, [..]; 0 where the target is ignored.</returns>
    public override Tensor EvaluateEach(Tensor predictions, Tensor targets)
    {
        RequireClassNumbers(predictions, targets);
        Tensor losses = Tensor.Empty(targets.Shape, predictions.Device);
        try
        {
            Ops.CrossEntropyForward(CallOf(predictions, targets), losses);
        }
        catch (ArgumentException wrong)
        {
            throw Sizes.Named(wrong, nameof(targets));
        }

        if (GradientTape.For(predictions) is { } tape)
        {
            Record(tape, predictions, targets, losses);
        }

        return losses;
    }

    private CrossEntropyCall CallOf(Tensor predictions, Tensor targets) => new()
    {
        Logits = predictions,
        Targets = targets,
        IgnoreIndex = _ignoredTarget,
        LabelSmoothing = _labelSmoothing,
    };

    private void Record(GradientTape tape, Tensor predictions, Tensor targets, Tensor losses) =>
        tape.Record(losses, new Operands(predictions, targets, State: this), Backward);

    private static void Backward(GradientTape tape, in RecordedOperation operation, Tensor dlosses)
    {
        (Tensor predictions, Tensor targets) = (operation.Operands.A!, operation.Operands.B!);
        var loss = (CrossEntropyLoss)operation.Operands.State!;
        Tensor dlogits = Tensor.Empty(predictions.Shape, predictions.Device);
        Ops.CrossEntropyBackward(loss.CallOf(predictions, targets), dlosses, dlogits);
        tape.Accumulate(predictions, dlogits, fresh: true);
    }
}
