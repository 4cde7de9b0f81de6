namespace NativeRnn.Layers;

/// <summary>
/// Attention after Luong 2015, with one of its three scores. General has weight.weight [Q,K]; Concat
/// has W in its two halves, score.query.weight [A,Q] and score.key.weight [A,K], with A = Q, and
/// score.score.weight [1,A]. They start uniform as <see cref="Linear"/>'s.
/// </summary>
public sealed class LuongAttention : SequenceAttention
{
    private readonly Linear? _weight;
    private readonly AdditiveScore? _concat;

    /// <summary>A layer.</summary>
    /// <param name="score">How a query and a key are compared.</param>
    /// <param name="querySize">Numbers of a query, 1 to 65536.</param>
    /// <param name="keySize">Numbers of a key; null: as a query. Dot needs them equal.</param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    public LuongAttention(
        LuongScore score,
        int querySize,
        int? keySize = null,
        long? seed = null,
        Device? device = null)
        : base(querySize, keySize ?? querySize)
    {
        ScoreKind = score;
        long first = seed ?? RandomSeed.Next();
        switch (score)
        {
            case LuongScore.Dot when KeySize != QuerySize:
                throw new ArgumentException(
                    $"Dot needs keys of the queries' size, {QuerySize}, got {KeySize}",
                    nameof(keySize));
            case LuongScore.Dot:
                break;
            case LuongScore.General:
                _weight = Register("weight", new Linear(
                    KeySize, QuerySize, bias: false, first, device));
                break;
            case LuongScore.Concat:
                _concat = Register("score", new AdditiveScore(
                    QuerySize, KeySize, QuerySize, first, device));
                break;
            default:
                throw new ArgumentOutOfRangeException(
                    nameof(score), score, "score must be Dot, General or Concat");
        }
    }

    /// <summary>How a query and a key are compared.</summary>
    public LuongScore ScoreKind { get; }

    // Dot and General: transposed here, [B,Q,K], once for all the queries to come.
    private protected override Tensor Project(Tensor keys) => _concat is not null
        ? _concat.Project(keys)
        : (_weight is null ? keys : _weight.Forward(keys)).Transpose();

    private protected override Tensor Score(Tensor query, Tensor projectedKeys) =>
        _concat is null ? query.MatMul(projectedKeys) : _concat.Score(query, projectedKeys);
}
