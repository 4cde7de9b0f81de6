namespace NativeRnn.Layers;

/// <summary>
/// score(q, k) = v · tanh(W q + U k): W [A,Q] and U [A,K] are the halves of the one matrix that is
/// applied to q and k behind each other.
/// </summary>
internal sealed class AdditiveScore : Module
{
    private readonly Linear _query;
    private readonly Linear _key;
    private readonly Linear _score;

    internal AdditiveScore(int querySize, int keySize, int units, long seed, Device? device)
    {
        Units = Sizes.Require(units, nameof(units));
        _query = Register("query", new Linear(
            querySize, units, bias: false, RandomStream.Mix(seed, 0), device));
        _key = Register("key", new Linear(
            keySize, units, bias: false, RandomStream.Mix(seed, 1), device));
        _score = Register("score", new Linear(
            units, 1, bias: false, RandomStream.Mix(seed, 2), device));
    }

    internal int Units { get; }

    /// <summary>U k of all keys: [B,1,K,A].</summary>
    internal Tensor Project(Tensor keys) =>
        _key.Forward(keys).Reshape(keys.Shape[0], 1, keys.Shape[1], Units);

    /// <summary>Scores [B,Q,K].</summary>
    internal Tensor Score(Tensor query, Tensor projectedKeys)
    {
        (int batch, int queries, int keys) =
            (query.Shape[0], query.Shape[1], projectedKeys.Shape[2]);
        Tensor projected = _query.Forward(query).Reshape(batch, queries, 1, Units);
        return _score.Forward((projected + projectedKeys).Tanh()).Reshape(batch, queries, keys);
    }
}
