using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// The independently recurrent network (Li 2018): h = f(W x + u h' + b), where f is relu or tanh and u
/// a vector, so that each unit has a memory of its own. A unit keeps what it holds for T steps where
/// |u| is near 1 and neither vanishes nor explodes up to 2^(1/T).
/// </summary>
public sealed class IndRnn : ScanLayer
{
    /// <summary>
    /// A layer as in Keras: sequences are [B,T,I], the input's size is found in the first Forward.
    /// Input weights start after Glorot, recurrent ones uniform in [0, 1), biases 0.
    /// </summary>
    /// <param name="units">Hidden units H, 1 to 65536.</param>
    /// <param name="returnSequences">Give all steps, [B,T,D H], else the last, [B,D H].</param>
    /// <param name="activation"><see cref="Activation.Relu"/> or <see cref="Activation.Tanh"/>.
    /// </param>
    /// <param name="bidirectional">Also run backward in time: D is 2.</param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public IndRnn(
        int units,
        bool returnSequences = false,
        Activation activation = Activation.Relu,
        bool bidirectional = false,
        long? seed = null)
        : base(
            new ScanSettings
            {
                Kind = KindOf(activation),
                HiddenSize = units,
                Bidirectional = bidirectional,
                BatchFirst = true,
                KerasStyle = true,
                ReturnSequences = returnSequences,
            }.Checked(nameof(units)),
            null,
            seed,
            null)
    {
    }

    /// <summary>
    /// A layer as in PyTorch. Input weights and biases start uniform in ±1/sqrt(I), recurrent
    /// weights in [0, 1).
    /// </summary>
    /// <param name="inputSize">Numbers that come in at each step, I, 1 to 65536.</param>
    /// <param name="hiddenSize">Hidden units H, 1 to 65536.</param>
    /// <param name="activation"><see cref="Activation.Relu"/> or <see cref="Activation.Tanh"/>.
    /// </param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="batchFirst">Sequences are [B,T,..], else [T,B,..].</param>
    /// <param name="bidirectional">Also run backward in time: D is 2.</param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public IndRnn(
        int inputSize,
        int hiddenSize,
        Activation activation = Activation.Relu,
        bool bias = true,
        bool batchFirst = false,
        bool bidirectional = false,
        long? seed = null,
        Device? device = null)
        : base(
            new ScanSettings
            {
                Kind = KindOf(activation),
                HiddenSize = hiddenSize,
                Bias = bias,
                BatchFirst = batchFirst,
                Bidirectional = bidirectional,
            }.Checked(nameof(hiddenSize)),
            inputSize,
            seed,
            device)
    {
    }

    internal IndRnn(ScanSettings settings, int? inputSize, long? seed, Device? device)
        : base(settings, inputSize, seed, device)
    {
    }

    private static NrnnScanKind KindOf(Activation activation) => activation switch
    {
        Activation.Relu => NrnnScanKind.IndRnnRelu,
        Activation.Tanh => NrnnScanKind.IndRnnTanh,
        _ => throw new ArgumentOutOfRangeException(
            nameof(activation), activation, "activation must be Relu or Tanh"),
    };
}
