namespace NativeRnn.Layers;

/// <summary>
/// Multi-head scaled dot-product attention (Vaswani 2017): each head projects queries, keys and
/// values to D = E / heads numbers and computes softmax(q k^T / sqrt(D)) v; the heads' outputs,
/// behind each other, go through a last projection. Sequences are [B,T,E]; weights have PyTorch's
/// names and shapes: in_proj_weight [3E,E] and in_proj_bias [3E] for q, k and v, out_proj.weight
/// [E,E], out_proj.bias [E].
/// </summary>
public sealed class MultiHeadAttention : Module
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly Linear _output;
    private readonly Dropout _dropout;

    /// <summary>A layer. in_proj_weight starts after Glorot, biases 0, as in PyTorch.</summary>
    /// <param name="embedDim">Numbers of a step, E, 1 to 21845 (3E is a size of a layer).</param>
    /// <param name="heads">Heads; divides E.</param>
    /// <param name="dropout">On the attention's weights, in training only, in [0, 1).</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="seed">Of weights and dropout; null: the next of <see cref="RandomSeed"/>.
    /// </param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    public MultiHeadAttention(
        int embedDim,
        int heads,
        float dropout = 0,
        bool bias = true,
        long? seed = null,
        Device? device = null)
    {
        EmbedDim = Sizes.Require(embedDim, nameof(embedDim), Sizes.Max / 3);
        Heads = Sizes.Require(heads, nameof(heads));
        if (embedDim % heads != 0)
        {
            throw new ArgumentException(
                $"embedDim is {embedDim}; it must be a multiple of heads, {heads}", nameof(heads));
        }

        long first = seed ?? RandomSeed.Next();
        device ??= Device.Default;
        float[] values = new float[3 * embedDim * embedDim];
        Initializer.GlorotUniform.Fill(
            values,
            WeightShape.Matrix(3 * embedDim, embedDim, embedDim),
            new RandomStream(RandomStream.Mix(first, 0)));
        Tensor weight = Tensor.NewOwned([3 * embedDim, embedDim], device);
        weight.Write(values);
        _weight = Register(new Parameter("in_proj_weight", weight));
        if (bias)
        {
            _bias = Register(new Parameter(
                "in_proj_bias", Tensor.NewOwned([3 * embedDim], device)));
        }

        _output = Register("out_proj", new Linear(
            embedDim, embedDim, bias, RandomStream.Mix(first, 1), device));
        _output.Bias?.Value.Fill(0);
        _dropout = Register("dropout", new Dropout(dropout, RandomStream.Mix(first, 2)));
    }

    /// <summary>Numbers of a step, E.</summary>
    public int EmbedDim { get; }

    /// <summary>Heads.</summary>
    public int Heads { get; }

    /// <summary>Dropout on the attention's weights.</summary>
    public float Dropout => _dropout.Rate;

    internal bool HasBias => _bias is not null;

    /// <summary>Self-attention: each step attends to all.</summary>
    /// <param name="input">[B,T,E].</param>
    /// <returns>[B,T,E].</returns>
    public override Tensor Forward(Tensor input) => Forward(input, input, input).Output;

    /// <inheritdoc/>
    /// <remarks>No step attends to one that does not count.</remarks>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new(Forward(input, input, input, mask: AttentionMask.Of(mask, input)).Output, mask);
    }

    /// <summary>Attends with queries to keys and values.</summary>
    /// <param name="query">[B,Q,E].</param>
    /// <param name="key">[B,K,E].</param>
    /// <param name="value">[B,K,E].</param>
    /// <param name="lengths">int32 [B]: the valid keys of each row, 0 to K; null: all.</param>
    /// <param name="mask">See <see cref="AttentionMask"/>; null: all is allowed.</param>
    /// <param name="causal">
    /// Whether query t attends to keys up to t only; needs as many keys as queries.
    /// </param>
    /// <returns>[B,Q,E], and each head's weights before dropout, [B,heads,Q,K]. A query with
    /// nothing to attend to gives the output projection's bias.</returns>
    public AttentionOutput Forward(
        Tensor query,
        Tensor key,
        Tensor value,
        Tensor? lengths = null,
        Tensor? mask = null,
        bool causal = false)
    {
        SequenceAttention.RequireSequence(query, EmbedDim, nameof(query));
        SequenceAttention.RequireSequence(key, EmbedDim, nameof(key));
        Sizes.RequireFloats(value, nameof(value));
        Sizes.RequireShape(value, key.Shape, nameof(value));
        (int batch, int queries, int keys) = (query.Shape[0], query.Shape[1], key.Shape[1]);
        if (key.Shape[0] != batch)
        {
            throw new ArgumentException(
                $"key has {key.Shape[0]} rows, query has {batch}", nameof(key));
        }

        Tensor? combined = AttentionMask.Combine(
            lengths, mask, causal, [batch, queries, keys], query.Device);
        // [B,1,..]: the same for all heads.
        combined = combined?.Reshape(
            combined.Shape[0], 1, combined.Shape[1], combined.Shape[2]);
        (Tensor q, Tensor k, Tensor v) = Project(query, key, value);
        return Attend(q, k, v, combined);
    }

    // q: [B,heads,Q,D], k: [B,heads,D,K], v: [B,heads,K,D].
    private AttentionOutput Attend(Tensor q, Tensor k, Tensor v, Tensor? mask)
    {
        Tensor scores = (q * (float)(1 / Math.Sqrt(EmbedDim / Heads))).MatMul(k);
        Tensor weights = AttentionMask.Softmax(scores, mask);
        Tensor heads = _dropout.Forward(weights).MatMul(v);
        Tensor joined = heads.Permute(0, 2, 1, 3).Reshape(q.Shape[0], q.Shape[2], EmbedDim);
        return new AttentionOutput(_output.Forward(joined), weights);
    }

    // Inputs that are one tensor are projected in one product.
    private (Tensor Q, Tensor K, Tensor V) Project(Tensor query, Tensor key, Tensor value)
    {
        int size = EmbedDim;
        if (ReferenceEquals(query, key) && ReferenceEquals(key, value))
        {
            Tensor all = AffineLayer.Apply(query, _weight.Value, _bias?.Value);
            return (
                Split(all[.., .., ..size], 0, 2, 1, 3),
                Split(all[.., .., size..(2 * size)], 0, 2, 3, 1),
                Split(all[.., .., (2 * size)..], 0, 2, 1, 3));
        }

        return (
            Split(Part(query, 0), 0, 2, 1, 3),
            Split(Part(key, 1), 0, 2, 3, 1),
            Split(Part(value, 2), 0, 2, 1, 3));
    }

    private Tensor Part(Tensor input, int part)
    {
        Range rows = (part * EmbedDim)..((part + 1) * EmbedDim);
        return AffineLayer.Apply(input, _weight.Value[rows], _bias?.Value[rows]);
    }

    // [B,T,E] as [B,T,heads,D], its axes in another order.
    private Tensor Split(Tensor x, params ReadOnlySpan<int> axes) =>
        x.Reshape(x.Shape[0], x.Shape[1], Heads, EmbedDim / Heads).Permute(axes);
}
