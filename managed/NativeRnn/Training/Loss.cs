using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// How far predictions are from targets. A loss of one's own overrides <see cref="EvaluateEach"/>; one whose
/// numbers don't belong to single samples overrides <see cref="Evaluate(Tensor, Tensor)"/> instead,
/// and takes no weights and no mask.
/// </summary>
/// <example>
/// <code>
/// sealed class SquaredLogarithm : Loss
/// {
///     public override Tensor EvaluateEach(Tensor predictions, Tensor targets) =>
///         ((predictions + 1).Log() - (targets + 1).Log()).Square();
/// }
/// </code>
/// </example>
public abstract class Loss
{
    // Keras' epsilon: a probability below it counts as this one.
    private const float SmallestProbability = 1e-7f;

    /// <summary>The name that <see cref="Sequential"/> reports.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>How the losses become one number.</summary>
    public Reduction Reduction { get; init; } = Reduction.Mean;

    /// <summary>The class number that stands for "no prediction here"; null: there is none.</summary>
    private protected virtual int? IgnoredTarget => null;

    /// <summary>
    /// Whether each step of a sequence is judged by itself, so that masked steps can be left out: the
    /// loss then gets those that count, [N,..]. False: it gets whole sequences, masked or not.
    /// </summary>
    public virtual bool JudgesSteps => true;

    /// <summary>Computes the loss.</summary>
    /// <param name="predictions">What the model gives, in the shape that the loss states.</param>
    /// <param name="targets">What it should give.</param>
    /// <returns>
    /// One number, shape [], recorded for gradients while a tape is active; with
    /// <see cref="Reduction.None"/> one for each of <see cref="EvaluateEach"/>.
    /// </returns>
    public virtual Tensor Evaluate(Tensor predictions, Tensor targets) =>
        Reduce(EvaluateEach(predictions, targets), targets, null, null);

    /// <summary>Computes the loss where samples weigh more or less, or don't count.</summary>
    /// <param name="predictions">What the model gives, in the shape that the loss states.</param>
    /// <param name="targets">What it should give.</param>
    /// <param name="weights">
    /// Finite floats, in the shape of the first axes of <see cref="EvaluateEach"/>: [B] or [B,T] for losses
    /// [B,T]. What a weight stands for is multiplied by it. Null: each weighs 1.
    /// </param>
    /// <param name="mask">
    /// Finite floats, in the shape of the first axes of <see cref="EvaluateEach"/>: where 0, there is
    /// no loss, and it does not count in a mean. Null: each counts.
    /// </param>
    /// <returns>As <see cref="Evaluate(Tensor, Tensor)"/>.</returns>
    /// <exception cref="ArgumentException">
    /// A shape or type is wrong, or a number of weights or mask is not finite.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// There are weights or a mask, and the loss does not override <see cref="EvaluateEach"/>.
    /// </exception>
    public Tensor Evaluate(
        Tensor predictions, Tensor targets, Tensor? weights, Tensor? mask = null) =>
        weights is null && mask is null
            ? Evaluate(predictions, targets)
            : Reduce(EvaluateEach(predictions, targets), targets, weights, mask);

    /// <summary>Computes the loss of each sample, step or element, before any weight.</summary>
    /// <param name="predictions">What the model gives, in the shape that the loss states.</param>
    /// <param name="targets">What it should give.</param>
    /// <returns>
    /// The losses, whose first axes are those of the samples; recorded for gradients while a tape is
    /// active.
    /// </returns>
    /// <exception cref="NotSupportedException">The loss has no losses of single samples.</exception>
    public virtual Tensor EvaluateEach(Tensor predictions, Tensor targets) =>
        throw new NotSupportedException(
            $"{Name} has no losses of single samples, so it takes no weights and no mask; a loss " +
            "that takes them overrides EvaluateEach");

    /// <summary>The loss of sequences whose steps may not all count, for a loss that judges no single
    /// steps; one that judges them gets those that count.</summary>
    internal virtual Tensor EvaluateMasked(
        Tensor predictions, Tensor targets, SequenceMask? mask, Tensor? weights) =>
        Evaluate(predictions, targets, weights);

    private protected static void RequireSameShape(Tensor predictions, Tensor targets)
    {
        Sizes.RequireFloats(predictions, nameof(predictions));
        Sizes.RequireFloats(targets, nameof(targets));
        if (!predictions.Shape.SequenceEqual(targets.Shape) || predictions.Length == 0)
        {
            throw new ArgumentException(
                $"targets are {Sizes.Text(targets.Shape)}, predictions " +
                $"{Sizes.Text(predictions.Shape)}; they must have one shape and not be empty",
                nameof(targets));
        }

        Sizes.RequireDevice(targets, predictions.Device, nameof(targets));
    }

    /// <summary>Distributions over the last axis: one shape, at least one axis.</summary>
    private protected static void RequireDistributions(Tensor predictions, Tensor targets)
    {
        RequireSameShape(predictions, targets);
        if (predictions.Rank == 0)
        {
            throw new ArgumentException("predictions need an axis of classes", nameof(predictions));
        }
    }

    /// <summary>Scores of classes [..,C] and a class number for each row [..].</summary>
    private protected static void RequireClassNumbers(Tensor predictions, Tensor targets)
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

        Sizes.RequireDevice(targets, predictions.Device, nameof(targets));
    }

    private protected static float RequireSmoothing(float labelSmoothing) =>
        labelSmoothing >= 0 && labelSmoothing <= 1
            ? labelSmoothing
            : throw new ArgumentOutOfRangeException(
                nameof(labelSmoothing), labelSmoothing, "labelSmoothing must be in [0, 1]");

    /// <summary>log max(p, 1e-7), without a gradient below that.</summary>
    private protected static Tensor LogOfProbability(Tensor probabilities)
    {
        Tensor smallest = Tensor.Full([], SmallestProbability, probabilities.Device);
        Tensor small = probabilities.Less(smallest);
        return Tensor.Where(small, smallest, probabilities).Log();
    }

    private protected Tensor Reduce(Tensor losses, Tensor targets, Tensor? weights, Tensor? mask)
    {
        if (weights is null && mask is null && IgnoredTarget is null)
        {
            return Reduction switch
            {
                Reduction.None => losses,
                Reduction.Sum => losses.Sum(),
                _ => losses.Mean(),
            };
        }

        LossFactors factors = LossFactors.Of(losses, targets, IgnoredTarget, weights, mask);
        Tensor weighted = losses * factors.Values;
        return Reduction == Reduction.None
            ? weighted
            : weighted.Sum() * factors.Scale(Reduction, nameof(weights));
    }
}
