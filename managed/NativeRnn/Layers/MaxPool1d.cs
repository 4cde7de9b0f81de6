namespace NativeRnn.Layers;

/// <summary>The greatest number of each window over time; equal ones share the gradient.</summary>
public sealed class MaxPool1d : PoolingLayer
{
    /// <summary>A layer.</summary>
    /// <param name="poolSize">Steps of a window, 1 to 65536.</param>
    /// <param name="stride">Steps from one window to the next; null: <paramref name="poolSize"/>.
    /// </param>
    /// <param name="padding">What stands around the sequence; never the greatest.</param>
    public MaxPool1d(int poolSize = 2, int? stride = null, TimePadding padding = TimePadding.Valid)
        : base(poolSize, stride, padding)
    {
    }

    /// <summary>Takes the greatest number of each window.</summary>
    /// <param name="input">[B,T,C]; without padding T must reach over a window.</param>
    /// <returns>[B,T',C].</returns>
    public override Tensor Forward(Tensor input)
    {
        RequireSequence(input);
        int mark = OperationTrace.Mark(input.Device);
        Tensor output = Window.Windows(input, float.NegativeInfinity).Max(axis: 2);
        input.Device.Trace?.Fuse(mark, TracedKind.MaxPool, Window, [output], [input]);
        return output;
    }
}
