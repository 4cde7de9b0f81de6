namespace NativeRnn.Training;

/// <summary>How far predictions are from targets: the mean over what is predicted.</summary>
public abstract class Loss
{
    /// <summary>The name that <see cref="Sequential"/> reports.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>
    /// Whether each step of a sequence is judged by itself, so that masked steps can be left out: the
    /// loss then gets those that count, [N,..]. False: it gets whole sequences, masked or not.
    /// </summary>
    public virtual bool JudgesSteps => true;

    /// <summary>Computes the loss.</summary>
    /// <param name="predictions">What the model gives, in the shape that the loss states.</param>
    /// <param name="targets">What it should give.</param>
    /// <returns>One number, shape [], recorded for gradients while a tape is active.</returns>
    public abstract Tensor Evaluate(Tensor predictions, Tensor targets);

    private protected static void RequireSameShape(Tensor predictions, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(targets);
        Layers.Sizes.RequireFloats(targets, nameof(targets));
        if (!predictions.Shape.SequenceEqual(targets.Shape) || predictions.Length == 0)
        {
            throw new ArgumentException(
                $"targets are {Layers.Sizes.Text(targets.Shape)}, predictions " +
                $"{Layers.Sizes.Text(predictions.Shape)}; they must have one shape and not be empty",
                nameof(targets));
        }
    }
}
