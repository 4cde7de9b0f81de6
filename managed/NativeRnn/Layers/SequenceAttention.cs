namespace NativeRnn.Layers;

/// <summary>
/// Attention of a decoder to the steps of an encoder: a score for each query and key, softmax over
/// the keys, and the mean of the values with these weights. What depends on the keys alone is
/// computed once for a sequence by <see cref="ProjectKeys"/>, however many steps a decoder makes.
/// </summary>
public abstract class SequenceAttention : Module
{
    private protected SequenceAttention(int querySize, int keySize)
    {
        QuerySize = Sizes.Require(querySize, nameof(querySize));
        KeySize = Sizes.Require(keySize, nameof(keySize));
    }

    /// <summary>Numbers of a query.</summary>
    public int QuerySize { get; }

    /// <summary>Numbers of a key.</summary>
    public int KeySize { get; }

    /// <summary>Attends to a sequence whose steps are keys and values.</summary>
    /// <param name="query">[B,Q,querySize]: Q queries of each row.</param>
    /// <param name="keys">[B,K,keySize].</param>
    /// <param name="lengths">int32 [B]: the valid keys of each row, 0 to K; null: all.</param>
    /// <param name="mask">See <see cref="AttentionMask"/>; null: all is allowed.</param>
    /// <returns>Means of the keys, [B,Q,keySize], and weights, [B,Q,K].</returns>
    public AttentionOutput Forward(
        Tensor query, Tensor keys, Tensor? lengths = null, Tensor? mask = null)
    {
        Tensor projected = ProjectKeys(keys);
        RequireSequence(query, QuerySize, nameof(query));
        ReadOnlySpan<int> scores = [keys.Shape[0], query.Shape[1], keys.Shape[1]];
        Tensor? combined = AttentionMask.Combine(
            lengths, mask, causal: false, scores, query.Device);
        return Attend(query, projected, keys, combined);
    }

    /// <summary>Computes what depends on the keys alone.</summary>
    /// <param name="keys">[B,K,keySize].</param>
    /// <returns>For <see cref="Attend"/>; its shape is the layer's own affair.</returns>
    public Tensor ProjectKeys(Tensor keys)
    {
        RequireSequence(keys, KeySize, nameof(keys));
        return Project(keys);
    }

    /// <summary>Attends to keys that are projected already.</summary>
    /// <param name="query">[B,Q,querySize].</param>
    /// <param name="projectedKeys">What <see cref="ProjectKeys"/> gave.</param>
    /// <param name="values">[B,K,V], one for each key.</param>
    /// <param name="mask">See <see cref="AttentionMask"/>; null: all is allowed.</param>
    /// <returns>Means of the values, [B,Q,V], and weights, [B,Q,K].</returns>
    public AttentionOutput Attend(
        Tensor query, Tensor projectedKeys, Tensor values, Tensor? mask = null)
    {
        RequireSequence(query, QuerySize, nameof(query));
        ArgumentNullException.ThrowIfNull(projectedKeys);
        Sizes.RequireFloats(values, nameof(values));
        if (values.Rank != 3 || values.Shape[0] != query.Shape[0])
        {
            throw new ArgumentException(
                $"values must be [B,K,V] with the {query.Shape[0]} rows of query, it is " +
                $"{Sizes.Text(values.Shape)}", nameof(values));
        }

        if (mask is not null)
        {
            AttentionMask.Checked(mask, [query.Shape[0], query.Shape[1], values.Shape[1]]);
        }

        Tensor weights = AttentionMask.Softmax(Score(query, projectedKeys), mask);
        return new AttentionOutput(weights.MatMul(values), weights);
    }

    private protected abstract Tensor Project(Tensor keys);

    /// <summary>Scores [B,Q,K] of queries and projected keys.</summary>
    private protected abstract Tensor Score(Tensor query, Tensor projectedKeys);

    internal static void RequireSequence(Tensor tensor, int size, string name)
    {
        Sizes.RequireFloats(tensor, name);
        if (tensor.Rank != 3 || tensor.Shape[2] != size || tensor.Length == 0)
        {
            throw new ArgumentException(
                $"{name} is {Sizes.Text(tensor.Shape)}; it must be [B,T,{size}] and not empty",
                name);
        }
    }
}
