namespace NativeRnn.Layers;

/// <summary>One step of an <see cref="Lstm"/>, as PyTorch's LSTMCell.</summary>
public sealed class LstmCell : FusedCell
{
    /// <summary>A cell. All weights start uniform in ±1/sqrt(H).</summary>
    /// <param name="inputSize">Numbers that come in, I, 1 to 65536.</param>
    /// <param name="hiddenSize">Hidden units H, 1 to 65536.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    /// <param name="options">
    /// The cell's options and initialisers; those about sequences have no effect, dropout and
    /// zoneout are refused. Null: none.
    /// </param>
    public LstmCell(
        int inputSize,
        int hiddenSize,
        bool bias = true,
        long? seed = null,
        Device? device = null,
        RecurrentOptions? options = null)
        : base(
            new RecurrentSettings
            {
                Cell = RnnCell.Lstm,
                Options = options ?? RecurrentOptions.Default,
                HiddenSize = hiddenSize,
                Bias = bias,
            },
            inputSize,
            seed,
            device)
    {
    }

    /// <summary>Computes one step.</summary>
    /// <param name="input">[B,I].</param>
    /// <param name="state">h and c, each [B,H]; null: zeros.</param>
    /// <returns>The new h and c.</returns>
    public LstmState Forward(Tensor input, LstmState? state)
    {
        RecurrentState next = Run(
            input,
            state is LstmState given ? new RecurrentState(given.Hidden, given.Cell) : null);
        return new LstmState(next.Hidden, next.Cell!);
    }

    /// <inheritdoc/>
    public override RecurrentCell Twin(long seed) =>
        new LstmCell(InputSize, HiddenSize, Bias, seed, BuiltOn, Settings.Options);
}
