namespace NativeRnn.Layers;

/// <summary>How the decoder of <see cref="Seq2Seq"/> looks at the encoder's steps.</summary>
public enum Seq2SeqAttention
{
    /// <summary>Not at all: it starts from the encoder's last state (Sutskever 2014).</summary>
    None = 0,

    /// <summary><see cref="AdditiveAttention"/> (Bahdanau 2015).</summary>
    Additive = 1,

    /// <summary><see cref="LuongScore.Dot"/>.</summary>
    Dot = 2,

    /// <summary><see cref="LuongScore.General"/>.</summary>
    General = 3,

    /// <summary><see cref="LuongScore.Concat"/>.</summary>
    Concat = 4,
}
