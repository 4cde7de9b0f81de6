namespace NativeRnn.Layers;

/// <summary>
/// Gated recurrent unit (Cho 2014): r,z = sigmoid(a), h = (1 - z) n + z h', and
/// n = tanh(x W_in + b_in + r (h' W_hn + b_hn)), or with the reset before the product
/// n = tanh(x W_in + b_in + (r h') W_hn + b_hn). Gates lie in memory as r z n.
/// </summary>
public sealed class Gru : RecurrentLayer
{
    /// <summary>
    /// A layer as in Keras: sequences are [B,T,I], the input's size is found in the first Forward.
    /// Input weights start after Glorot, recurrent ones orthogonal, biases 0.
    /// </summary>
    /// <param name="units">Hidden units H, 1 to 65536.</param>
    /// <param name="returnSequences">Give all steps, [B,T,D H], else the last, [B,D H].</param>
    /// <param name="resetAfter">Reset after the recurrent product (Keras' and PyTorch's way).
    /// </param>
    /// <param name="bidirectional">Also run backward in time: D is 2.</param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <param name="options">What else the layer does; null: nothing.</param>
    /// <param name="returnState">Keep the last state in <see cref="RecurrentLayer.LastState"/>.
    /// </param>
    /// <param name="goBackwards">Run from the last step to the first.</param>
    /// <param name="stateful">Start a batch where the one before ended.</param>
    public Gru(
        int units,
        bool returnSequences = false,
        bool resetAfter = true,
        bool bidirectional = false,
        long? seed = null,
        RecurrentOptions? options = null,
        bool returnState = false,
        bool goBackwards = false,
        bool stateful = false)
        : base(
            new RecurrentSettings
            {
                Cell = RnnCell.Gru,
                Options = RecurrentOptions.With(options, returnState, goBackwards, stateful),
                HiddenSize = units,
                ResetAfter = resetAfter,
                Bidirectional = bidirectional,
                BatchFirst = true,
                KerasStyle = true,
                ReturnSequences = returnSequences,
            }.Checked(nameof(units)),
            null,
            seed,
            null)
    {
        ResetAfter = resetAfter;
    }

    /// <summary>
    /// Layers as in PyTorch. All weights start uniform in ±1/sqrt(H).
    /// </summary>
    /// <param name="inputSize">Numbers that come in at each step, I, 1 to 65536.</param>
    /// <param name="hiddenSize">Hidden units H, 1 to 65536.</param>
    /// <param name="numLayers">Layers L, 1 to 64.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="batchFirst">Sequences are [B,T,..], else [T,B,..].</param>
    /// <param name="dropout">On each layer's output but the last's, in [0, 1).</param>
    /// <param name="bidirectional">Also run backward in time: D is 2.</param>
    /// <param name="resetAfter">Reset after the recurrent product (PyTorch's way), or before.
    /// </param>
    /// <param name="seed">Of weights and dropout; null: the next of <see cref="RandomSeed"/>.
    /// </param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    /// <param name="options">What else the layers do; null: nothing.</param>
    public Gru(
        int inputSize,
        int hiddenSize,
        int numLayers = 1,
        bool bias = true,
        bool batchFirst = false,
        float dropout = 0,
        bool bidirectional = false,
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
                NumLayers = numLayers,
                Bias = bias,
                BatchFirst = batchFirst,
                Dropout = dropout,
                Bidirectional = bidirectional,
                ResetAfter = resetAfter,
            }.Checked(nameof(hiddenSize)),
            inputSize,
            seed,
            device)
    {
        ResetAfter = resetAfter;
    }

    internal Gru(RecurrentSettings settings, int? inputSize, long? seed, Device? device)
        : base(settings, inputSize, seed, device)
    {
        ResetAfter = settings.ResetAfter;
    }

    /// <summary>Whether the reset gate acts after the recurrent product.</summary>
    public bool ResetAfter { get; }

    /// <summary>Runs a whole sequence from a state.</summary>
    /// <param name="input">[B,T,I] if batch-first, else [T,B,I].</param>
    /// <param name="state">h, [L D,B,H]; null: zeros.</param>
    /// <param name="lengths">
    /// int32 [B]: the valid steps of each row, 0 to T. Later steps give 0 and leave the state; the
    /// backward direction starts at the last valid step. Null: all are valid.
    /// </param>
    /// <returns>The output as <see cref="RecurrentLayer.Forward(Tensor)"/> gives it, and the state after
    /// the last valid step.</returns>
    public (Tensor Output, Tensor State) Forward(
        Tensor input, Tensor? state, Tensor? lengths = null)
    {
        RecurrentOutput result = Run(
            input, state is null ? null : new RecurrentState(state, null), lengths);
        return (result.Output, result.State.Hidden);
    }

    /// <summary>Runs packed sequences from a state, as in PyTorch.</summary>
    /// <param name="input">B sequences of steps [I].</param>
    /// <param name="state">h, [L D,B,H], rows in the order of the sequences; null: zeros.
    /// </param>
    /// <returns>The outputs, packed in the same way, and the states after the last steps.</returns>
    /// <exception cref="InvalidOperationException">The layer gives the last step only.</exception>
    public (PackedSequence Output, Tensor State) Forward(PackedSequence input, Tensor? state)
    {
        (PackedSequence output, RecurrentState last) = RunPacked(
            input, state is null ? null : new RecurrentState(state, null));
        return (output, last.Hidden);
    }

    internal override RecurrentLayer Twin(long seed) =>
        new Gru(Settings, InputSize == 0 ? null : InputSize, seed, BuiltOn);
}
