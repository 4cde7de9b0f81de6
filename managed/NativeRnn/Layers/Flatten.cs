namespace NativeRnn.Layers;

/// <summary>Makes all axes but the first ones one, as in Keras and PyTorch; no copy.</summary>
public sealed class Flatten : Module
{
    /// <summary>A layer.</summary>
    /// <param name="startAxis">The first axis that is joined, at least 0; 1 keeps the batch.</param>
    public Flatten(int startAxis = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(startAxis);
        StartAxis = startAxis;
    }

    /// <summary>The first axis that is joined.</summary>
    public int StartAxis { get; }

    /// <summary>Joins the axes.</summary>
    /// <param name="input">[B,..], more than <see cref="StartAxis"/> axes.</param>
    /// <returns>[B,N], N the product of the joined sizes.</returns>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank > StartAxis
            ? input.Flatten(StartAxis)
            : throw new ArgumentException(
                $"input is {Sizes.Text(input.Shape)}; it must have more than {StartAxis} axes",
                nameof(input));
    }
}
