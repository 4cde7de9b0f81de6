namespace NativeRnn.Layers;

/// <summary>Repeats each row over time, as in Keras: from the end of one sequence to another.</summary>
public sealed class RepeatVector : Module
{
    /// <summary>A layer.</summary>
    /// <param name="steps">How often, T, at least 1.</param>
    public RepeatVector(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Steps = steps;
    }

    /// <summary>How often, T.</summary>
    public int Steps { get; }

    /// <summary>Repeats the rows.</summary>
    /// <param name="input">[B,C].</param>
    /// <returns>[B,T,C].</returns>
    public override Tensor Forward(Tensor input)
    {
        Sizes.RequireFloats(input, nameof(input));
        if (input.Rank != 2)
        {
            throw new ArgumentException(
                $"input must be [B,C], it is {Sizes.Text(input.Shape)}", nameof(input));
        }

        (int batch, int columns) = (input.Shape[0], input.Shape[1]);
        return input.Reshape(batch, 1, columns).BroadcastTo(batch, Steps, columns);
    }
}
