namespace NativeRnn.Layers;

/// <summary>One step of a <see cref="Gru"/>, as PyTorch's GRUCell.</summary>
public sealed class GruCell : FusedCell
{
    /// <summary>A cell. All weights start uniform in ±1/sqrt(H).</summary>
    /// <param name="inputSize">Numbers that come in, I, 1 to 65536.</param>
    /// <param name="hiddenSize">Hidden units H, 1 to 65536.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="resetAfter">Reset after the recurrent product (PyTorch's way), or before.
    /// </param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    /// <param name="options">
    /// The cell's options and initialisers; those about sequences have no effect, dropout and
    /// zoneout are refused. Null: none.
    /// </param>
    public GruCell(
        int inputSize,
        int hiddenSize,
        bool bias = true,
        bool resetAfter = true,
        long? seed = null,
        Device? device = null,
        RecurrentOptions? options = null)
        : base(
            new RecurrentSettings
            {
                Cell = RnnCell.Gru,
                Options = options ?? RecurrentOptions.Default,
                HiddenSize = hiddenSize,
                Bias = bias,
                ResetAfter = resetAfter,
            },
            inputSize,
            seed,
            device)
    {
    }

    /// <summary>Whether the reset gate acts after the recurrent product.</summary>
    public bool ResetAfter => Settings.ResetAfter;

    /// <summary>Computes one step.</summary>
    /// <param name="input">[B,I].</param>
    /// <param name="state">h, [B,H]; null: zeros.</param>
    /// <returns>The new h.</returns>
    public Tensor Forward(Tensor input, Tensor? state) =>
        Run(input, state is null ? null : new RecurrentState(state, null)).Hidden;

    /// <inheritdoc/>
    public override RecurrentCell Twin(long seed) =>
        new GruCell(InputSize, HiddenSize, Bias, ResetAfter, seed, BuiltOn, Settings.Options);
}
