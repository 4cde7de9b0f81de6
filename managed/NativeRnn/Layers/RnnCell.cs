namespace NativeRnn.Layers;

/// <summary>The recurrent cells.</summary>
public enum RnnCell
{
    /// <summary>Long short-term memory (Hochreiter 1997, Gers 2000).</summary>
    Lstm = 0,

    /// <summary>Gated recurrent unit (Cho 2014).</summary>
    Gru = 1,

    /// <summary>Plain recurrence with tanh (Elman 1990).</summary>
    RnnTanh = 2,

    /// <summary>Plain recurrence with max(x, 0).</summary>
    RnnRelu = 3,
}
