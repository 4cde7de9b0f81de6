using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// A copy of a recurrent layer's weights, packed once for inference step by step. Nothing changes
/// it: any number of streams on any threads may run from it at once. Needs neither the layer nor
/// its device any more.
/// </summary>
public sealed class RnnWeights : IDisposable
{
    private readonly WeightsHandle _handle;

    internal RnnWeights(
        RecurrentSettings settings,
        RnnPlan plan,
        int inputSize,
        Tensor weights,
        WeightStorage storage)
    {
        HasCell = settings.Cell == RnnCell.Lstm;
        InputSize = inputSize;
        HiddenSize = settings.HiddenSize;
        NumLayers = settings.NumLayers;
        Storage = storage;
        _handle = plan.Pack(weights, storage);
        ByteCount = Ops.WeightsBytes(_handle);
    }

    /// <summary>Numbers that come in at each step, I.</summary>
    public int InputSize { get; }

    /// <summary>Hidden units H of a layer: numbers that come out at each step.</summary>
    public int HiddenSize { get; }

    /// <summary>Layers L.</summary>
    public int NumLayers { get; }

    /// <summary>How the weights are kept.</summary>
    public WeightStorage Storage { get; }

    /// <summary>The native memory that they take, padding and biases included.</summary>
    public long ByteCount { get; }

    /// <summary>Whether the state has a cell part: LSTM.</summary>
    internal bool HasCell { get; }

    /// <summary>
    /// Opens a stream whose state is zeros. May be called on several threads at once. The stream
    /// keeps the weights alive: they may be disposed before it.
    /// </summary>
    /// <param name="batch">Sequences that step together, B, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batch"/> is below 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="batch"/> is too large for these weights.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The weights are disposed.</exception>
    public RnnStream OpenStream(int batch = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        return new RnnStream(this, Ops.StreamOpen(_handle, batch), batch);
    }

    /// <summary>Frees the weights once their last stream is gone.</summary>
    public void Dispose() => _handle.Dispose();
}
