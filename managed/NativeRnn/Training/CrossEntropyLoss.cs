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

        if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(labelSmoothing), labelSmoothing, "labelSmoothing must be in [0, 1]");
        }

        _ignoredTarget = ignoreIndex ?? NothingIgnored;
        _labelSmoothing = labelSmoothing;
    }

    /// <inheritdoc/>
    /// <param name="predictions">Logits [..,C].</param>
    /// <param name="targets">int32 [..], each 0 to C - 1, or the ignored one.</param>
    public override Tensor Evaluate(Tensor predictions, Tensor targets)
    {
        Tensor losses = Each(predictions, targets);
        return losses.Sum() * (1f / Math.Max(1, CountOf(targets)));
    }

    /// <summary>The loss of each row, [..], without gradient flow between rows.</summary>
    /// <param name="predictions">Logits [..,C].</param>
    /// <param name="targets">int32 [..], each 0 to C - 1, or the ignored one.</param>
    internal Tensor Each(Tensor predictions, Tensor targets)
    {
        Check(predictions, targets);
        Tensor losses = Tensor.Empty(targets.Shape, predictions.Device);
        Ops.CrossEntropyForward(CallOf(predictions, targets), losses);
        if (GradientTape.For(predictions) is { } tape)
        {
            Record(tape, predictions, targets, losses);
        }

        return losses;
    }

    private static void Check(Tensor predictions, Tensor targets)
    {
        Sizes.RequireFloats(predictions, nameof(predictions));
        Sizes.RequireIndices(targets, nameof(targets));
        if (predictions.Rank < 1 || predictions.Length == 0
            || !predictions.Shape[..^1].SequenceEqual(targets.Shape))
        {
            throw new ArgumentException(
                $"targets are {Sizes.Text(targets.Shape)}, predictions " +
                $"{Sizes.Text(predictions.Shape)}; targets must have the predictions' shape without " +
                "the last axis, and not be empty", nameof(targets));
        }
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

    private long CountOf(Tensor targets) => _ignoredTarget == NothingIgnored
        ? targets.Length
        : targets.ToInt32Array().LongCount(target => target != _ignoredTarget);
}
