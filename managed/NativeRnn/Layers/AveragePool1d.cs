namespace NativeRnn.Layers;

/// <summary>The mean of each window over time; padding does not count, as in Keras.</summary>
public sealed class AveragePool1d : PoolingLayer
{
    /// <summary>A layer.</summary>
    /// <param name="poolSize">Steps of a window, 1 to 65536.</param>
    /// <param name="stride">Steps from one window to the next; null: <paramref name="poolSize"/>.
    /// </param>
    /// <param name="padding">What stands around the sequence; it does not count.</param>
    public AveragePool1d(
        int poolSize = 2, int? stride = null, TimePadding padding = TimePadding.Valid)
        : base(poolSize, stride, padding)
    {
    }

    /// <summary>Takes the mean of each window.</summary>
    /// <param name="input">[B,T,C]; without padding T must reach over a window.</param>
    /// <returns>[B,T',C].</returns>
    public override Tensor Forward(Tensor input)
    {
        RequireSequence(input);
        int mark = OperationTrace.Mark(input.Device);
        Tensor windows = Window.Windows(input);
        Tensor output = Padding == TimePadding.Valid
            ? windows.Mean(axis: 2)
            : windows.Sum(axis: 2) / Window.Counts(input.Shape[1], input.Device);
        input.Device.Trace?.Fuse(mark, TracedKind.AveragePool, Window, [output], [input]);
        return output;
    }
}
