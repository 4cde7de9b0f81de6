namespace NativeRnn.Layers;

/// <summary>One step of a <see cref="SimpleRnn"/>, as PyTorch's RNNCell.</summary>
public sealed class SimpleRnnCell : FusedCell
{
    /// <summary>A cell. All weights start uniform in ±1/sqrt(H).</summary>
    /// <param name="inputSize">Numbers that come in, I, 1 to 65536.</param>
    /// <param name="hiddenSize">Hidden units H, 1 to 65536.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="activation"><see cref="Activation.Tanh"/> or <see cref="Activation.Relu"/>.
    /// </param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    /// <param name="options">
    /// The cell's options and initialisers; those about sequences have no effect, dropout and
    /// zoneout are refused. Null: none.
    /// </param>
    public SimpleRnnCell(
        int inputSize,
        int hiddenSize,
        bool bias = true,
        Activation activation = Activation.Tanh,
        long? seed = null,
        Device? device = null,
        RecurrentOptions? options = null)
        : base(
            new RecurrentSettings
            {
                Cell = SimpleRnn.CellOf(activation),
                Options = options ?? RecurrentOptions.Default,
                HiddenSize = hiddenSize,
                Bias = bias,
            },
            inputSize,
            seed,
            device) => Activation = activation;

    /// <summary>The activation.</summary>
    public Activation Activation { get; }

    /// <summary>Computes one step.</summary>
    /// <param name="input">[B,I].</param>
    /// <param name="state">h, [B,H]; null: zeros.</param>
    /// <returns>The new h.</returns>
    public Tensor Forward(Tensor input, Tensor? state) =>
        Run(input, state is null ? null : new RecurrentState(state, null)).Hidden;

    /// <inheritdoc/>
    public override RecurrentCell Twin(long seed) =>
        new SimpleRnnCell(InputSize, HiddenSize, Bias, Activation, seed, BuiltOn, Settings.Options);
}
