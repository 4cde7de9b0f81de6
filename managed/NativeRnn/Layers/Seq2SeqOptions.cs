namespace NativeRnn.Layers;

/// <summary>What a <see cref="Seq2Seq"/> model is made of.</summary>
public sealed record Seq2SeqOptions
{
    /// <summary>Tokens of the source, 0 to SourceVocabulary - 1.</summary>
    public required int SourceVocabulary { get; init; }

    /// <summary>Tokens of the target, start and end included.</summary>
    public required int TargetVocabulary { get; init; }

    /// <summary>The token that the decoder gets first.</summary>
    public required int StartToken { get; init; }

    /// <summary>The token that ends a sequence.</summary>
    public required int EndToken { get; init; }

    /// <summary>Numbers of a token's vector, 1 to 65536.</summary>
    public int EmbeddingSize { get; init; } = 64;

    /// <summary>Hidden units H of the decoder, and numbers of the encoder's steps.</summary>
    public int HiddenSize { get; init; } = 128;

    /// <summary>
    /// Numbers of what the output layer gets of the hidden units and the context, 1 to 65536, so that a
    /// large vocabulary costs less; null: as many as hidden units. Without attention only null.
    /// </summary>
    public int? OutputSize { get; init; }

    /// <summary>
    /// Whether the output layer's weights are the vectors of the target's tokens (Press and Wolf 2017);
    /// what the output layer gets must be of the vectors' size then.
    /// </summary>
    public bool TiedOutput { get; init; }

    /// <summary>Layers of the encoder and of the decoder, 1 to 64.</summary>
    public int NumLayers { get; init; } = 1;

    /// <summary>Lstm or Gru.</summary>
    public RnnCell Cell { get; init; } = RnnCell.Lstm;

    /// <summary>
    /// Whether the encoder reads both ways, with H / 2 units each; H must be even then.
    /// </summary>
    public bool Bidirectional { get; init; }

    /// <summary>How the decoder looks at the encoder's steps.</summary>
    public Seq2SeqAttention Attention { get; init; } = Seq2SeqAttention.General;

    /// <summary>
    /// On vectors of tokens, between layers, and with attention on what the output layer gets; in
    /// training only, in [0, 1).
    /// </summary>
    public float Dropout { get; init; }

    /// <summary>
    /// In scheduled sampling: whether the model's own token is drawn from its distribution, or the
    /// likeliest is taken.
    /// </summary>
    public bool DrawSamples { get; init; } = true;

    /// <summary>Of weights, dropout and sampling; null: the next of <see cref="RandomSeed"/>.</summary>
    public long? Seed { get; init; }

    internal Seq2SeqOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SourceVocabulary, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(TargetVocabulary, 2);
        RequireToken(StartToken, nameof(StartToken));
        RequireToken(EndToken, nameof(EndToken));
        Sizes.Require(EmbeddingSize, nameof(EmbeddingSize));
        Sizes.Require(HiddenSize, nameof(HiddenSize));
        Sizes.RequireRate(Dropout, nameof(Dropout));
        if (Cell is not (RnnCell.Lstm or RnnCell.Gru))
        {
            throw new ArgumentOutOfRangeException(nameof(Cell), Cell, "Cell must be Lstm or Gru");
        }

        if (Attention is < Seq2SeqAttention.None or > Seq2SeqAttention.Concat)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Attention), Attention, "Attention is not one of the enum's");
        }

        CheckOutput();
        return Bidirectional && HiddenSize % 2 != 0
            ? throw new ArgumentOutOfRangeException(
                nameof(HiddenSize), HiddenSize, "HiddenSize must be even for two directions")
            : this;
    }

    internal int OutputInput => OutputSize ?? HiddenSize;

    private void CheckOutput()
    {
        if (OutputSize is int size)
        {
            Sizes.Require(size, nameof(OutputSize));
            if (Attention == Seq2SeqAttention.None && size != HiddenSize)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(OutputSize), size, $"OutputSize must be HiddenSize, {HiddenSize}, without attention");
            }
        }

        if (TiedOutput && OutputInput != EmbeddingSize)
        {
            throw new ArgumentException(
                $"TiedOutput needs what the output layer gets, {OutputInput} numbers, to be of EmbeddingSize, " +
                $"{EmbeddingSize}: set OutputSize", nameof(TiedOutput));
        }
    }

    private void RequireToken(int token, string name)
    {
        if (token < 0 || token >= TargetVocabulary)
        {
            throw new ArgumentOutOfRangeException(
                name, token, $"{name} must be 0 to {TargetVocabulary - 1}");
        }
    }
}
