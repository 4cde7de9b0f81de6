namespace NativeRnn.Layers;

/// <summary>
/// A layer of a Transformer's encoder (Vaswani 2017): self-attention and two linear layers, each
/// with a residual connection and a layer normalisation, after the sum or, normFirst, before the
/// sublayer (Xiong 2020). Sequences are [B,T,E]; weights have PyTorch's names: self_attn, linear1,
/// linear2, norm1, norm2.
/// </summary>
public sealed class TransformerEncoderLayer : Module
{
    private readonly MultiHeadAttention _attention;
    private readonly Linear _first;
    private readonly Linear _second;
    private readonly LayerNormalization _norm1;
    private readonly LayerNormalization _norm2;
    private readonly Dropout _dropout;
    private readonly Dropout _dropout1;
    private readonly Dropout _dropout2;

    /// <summary>A layer.</summary>
    /// <param name="embedDim">Numbers of a step, E, 1 to 21845.</param>
    /// <param name="heads">Heads; divides E.</param>
    /// <param name="feedForwardSize">Numbers between the two linear layers, 1 to 65536.</param>
    /// <param name="dropout">
    /// On the attention's weights, between the linear layers and on both sublayers' outputs; in
    /// training only, in [0, 1).
    /// </param>
    /// <param name="activation">Between the linear layers: Relu or Gelu, or another.</param>
    /// <param name="normFirst">Normalise before each sublayer, not after the sum.</param>
    /// <param name="epsilon">Of the normalisations.</param>
    /// <param name="seed">Of weights and dropout; null: the next of <see cref="RandomSeed"/>.
    /// </param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    public TransformerEncoderLayer(
        int embedDim,
        int heads,
        int feedForwardSize = 2048,
        float dropout = 0.1f,
        Activation activation = Activation.Relu,
        bool normFirst = false,
        float epsilon = 1e-5f,
        long? seed = null,
        Device? device = null)
    {
        long first = seed ?? RandomSeed.Next();
        long Seed(int use) => RandomStream.Mix(first, use);
        _attention = Register("self_attn", new MultiHeadAttention(
            embedDim, heads, dropout, seed: Seed(0), device: device));
        Sizes.Require(feedForwardSize, nameof(feedForwardSize));
        _first = Register("linear1", new Linear(
            embedDim, feedForwardSize, seed: Seed(1), device: device));
        _second = Register("linear2", new Linear(
            feedForwardSize, embedDim, seed: Seed(2), device: device));
        _norm1 = Register("norm1", new LayerNormalization(embedDim, epsilon, device: device));
        _norm2 = Register("norm2", new LayerNormalization(embedDim, epsilon, device: device));
        _dropout = Register("dropout", new Dropout(dropout, Seed(3)));
        _dropout1 = Register("dropout1", new Dropout(dropout, Seed(4)));
        _dropout2 = Register("dropout2", new Dropout(dropout, Seed(5)));
        Activation = ActivationLayer.Checked(activation);
        NormFirst = normFirst;
    }

    /// <summary>Numbers of a step, E.</summary>
    public int EmbedDim => _attention.EmbedDim;

    /// <summary>Between the linear layers.</summary>
    public Activation Activation { get; }

    /// <summary>Whether each sublayer's input is normalised, not the sum.</summary>
    public bool NormFirst { get; }

    internal int Heads => _attention.Heads;

    internal int FeedForwardSize => _first.OutputSize;

    internal float Dropout => _dropout.Rate;

    internal float Epsilon => _norm1.Epsilon;

    /// <summary>Runs the layer; each step attends to all.</summary>
    /// <param name="input">[B,T,E].</param>
    /// <returns>[B,T,E].</returns>
    public override Tensor Forward(Tensor input) => Forward(input, null);

    /// <inheritdoc/>
    /// <remarks>No step attends to one that does not count.</remarks>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new(Forward(input, null, AttentionMask.Of(mask, input)), mask);
    }

    /// <summary>Runs the layer with masks.</summary>
    /// <param name="input">[B,T,E].</param>
    /// <param name="lengths">int32 [B]: the valid steps of each row, 0 to T; null: all.</param>
    /// <param name="mask">See <see cref="AttentionMask"/>; null: all is allowed.</param>
    /// <param name="causal">Whether step t attends to steps up to t only.</param>
    /// <returns>[B,T,E]; steps behind a row's length hold numbers without a meaning.</returns>
    public Tensor Forward(
        Tensor input, Tensor? lengths, Tensor? mask = null, bool causal = false)
    {
        Tensor Attend(Tensor x) =>
            _dropout1.Forward(_attention.Forward(x, x, x, lengths, mask, causal).Output);
        if (NormFirst)
        {
            Tensor attended = input + Attend(_norm1.Forward(input));
            return attended + FeedForward(_norm2.Forward(attended));
        }

        Tensor normal = _norm1.Forward(input + Attend(input));
        return _norm2.Forward(normal + FeedForward(normal));
    }

    private Tensor FeedForward(Tensor x)
    {
        Tensor inner = ActivationLayer.Apply(Activation, _first.Forward(x));
        return _dropout2.Forward(_second.Forward(_dropout.Forward(inner)));
    }
}
