namespace NativeRnn.Layers;

/// <summary>
/// Additive attention (Bahdanau 2015): score(q, k) = v · tanh(W q + U k). It keeps the tanh of every
/// query with every key, B Q K A numbers. The weights are named score.query.weight [A,Q],
/// score.key.weight [A,K] and score.score.weight [1,A], and start uniform as <see cref="Linear"/>'s.
/// </summary>
public sealed class AdditiveAttention : SequenceAttention
{
    private readonly AdditiveScore _score;

    /// <summary>A layer.</summary>
    /// <param name="querySize">Numbers of a query, 1 to 65536.</param>
    /// <param name="keySize">Numbers of a key, 1 to 65536.</param>
    /// <param name="units">Numbers that both are projected to, A, 1 to 65536.</param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    public AdditiveAttention(
        int querySize, int keySize, int units, long? seed = null, Device? device = null)
        : base(querySize, keySize) =>
        _score = Register("score", new AdditiveScore(
            querySize, keySize, units, seed ?? RandomSeed.Next(), device));

    /// <summary>Numbers that queries and keys are projected to, A.</summary>
    public int Units => _score.Units;

    private protected override Tensor Project(Tensor keys) => _score.Project(keys);

    private protected override Tensor Score(Tensor query, Tensor projectedKeys) =>
        _score.Score(query, projectedKeys);
}
