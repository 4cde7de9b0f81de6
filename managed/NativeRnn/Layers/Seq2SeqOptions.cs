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

    /// <summary>On vectors of tokens and between layers, in training only, in [0, 1).</summary>
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

        return Bidirectional && HiddenSize % 2 != 0
            ? throw new ArgumentOutOfRangeException(
                nameof(HiddenSize), HiddenSize, "HiddenSize must be even for two directions")
            : this;
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
