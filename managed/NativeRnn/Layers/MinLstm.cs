using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// The minimal long short-term memory (Feng 2024, "Were RNNs All We Needed?"): f = sigmoid(W_f x + b_f),
/// i = sigmoid(W_i x + b_i), n = W_n x + b_n, h = (f h' + i n) / (f + i). No gate depends on the
/// state, so that all steps' gates are one product and long sequences run in parallel over time.
/// Gates lie in memory as f i n.
/// </summary>
public sealed class MinLstm : ScanLayer
{
    /// <summary>
    /// A layer as in Keras: sequences are [B,T,I], the input's size is found in the first Forward.
    /// Weights start after Glorot, biases 0, of the forget gate 1.
    /// </summary>
    /// <param name="units">Hidden units H, 1 to 65536.</param>
    /// <param name="returnSequences">Give all steps, [B,T,D H], else the last, [B,D H].</param>
    /// <param name="bidirectional">Also run backward in time: D is 2.</param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public MinLstm(
        int units,
        bool returnSequences = false,
        bool bidirectional = false,
        long? seed = null)
        : base(
            new ScanSettings
            {
                Kind = NrnnScanKind.MinLstm,
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
    /// A layer as in PyTorch. Weights and biases start uniform in ±1/sqrt(I).
    /// </summary>
    /// <param name="inputSize">Numbers that come in at each step, I, 1 to 65536.</param>
    /// <param name="hiddenSize">Hidden units H, 1 to 65536.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="batchFirst">Sequences are [B,T,..], else [T,B,..].</param>
    /// <param name="bidirectional">Also run backward in time: D is 2.</param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range.</exception>
    public MinLstm(
        int inputSize,
        int hiddenSize,
        bool bias = true,
        bool batchFirst = false,
        bool bidirectional = false,
        long? seed = null,
        Device? device = null)
        : base(
            new ScanSettings
            {
                Kind = NrnnScanKind.MinLstm,
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

    internal MinLstm(ScanSettings settings, int? inputSize, long? seed, Device? device)
        : base(settings, inputSize, seed, device)
    {
    }
}
