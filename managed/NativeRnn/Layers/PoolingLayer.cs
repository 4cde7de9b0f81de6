namespace NativeRnn.Layers;

/// <summary>What <see cref="MaxPool1d"/> and <see cref="AveragePool1d"/> share: windows over time.</summary>
public abstract class PoolingLayer : Module
{
    private protected PoolingLayer(int poolSize, int? stride, TimePadding padding)
    {
        Sizes.Require(poolSize, nameof(poolSize));
        Window = new TimeWindow(poolSize, stride ?? poolSize, 1, padding).Checked();
    }

    /// <summary>Steps of a window.</summary>
    public int PoolSize => Window.Kernel;

    /// <summary>Steps from one window to the next.</summary>
    public int Stride => Window.Stride;

    /// <summary>What stands around the sequence.</summary>
    public TimePadding Padding => Window.Padding;

    private protected TimeWindow Window { get; }

    internal static void RequireSequence(Tensor input)
    {
        Sizes.RequireFloats(input, nameof(input));
        if (input.Rank != 3 || input.Length == 0)
        {
            throw new ArgumentException(
                $"input must be [B,T,C] and not empty, it is {Sizes.Text(input.Shape)}",
                nameof(input));
        }
    }

    internal static void RequireSequence(Tensor input, SequenceMask mask)
    {
        RequireSequence(input);
        if (!mask.Fits(input))
        {
            throw new ArgumentException(
                $"mask is [{mask.Batch}, {mask.Steps}], input {Sizes.Text(input.Shape)}", nameof(mask));
        }
    }
}
