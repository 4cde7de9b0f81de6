using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// In which order gates stand in weights: i, f, o are an LSTM's input, forget and output gate, g or c its cell's
/// candidate; r, z a GRU's reset and update gate, n or h its candidate.
/// </summary>
internal static class GateLayouts
{
    /// <summary>Of this library, as of PyTorch.</summary>
    internal const string Lstm = "i f g o";

    /// <inheritdoc cref="Lstm"/>
    internal const string Gru = "r z n";

    internal const string KerasLstm = "i f c o";
    internal const string KerasGru = "z r h";
    internal const string OnnxLstm = "i o f c";
    internal const string OnnxGru = "z r h";

    /// <summary>Of the layers of this library by their class' name.</summary>
    internal static string? OfKind(string kind) => kind switch
    {
        nameof(Layers.Lstm) or nameof(LstmCell) => Lstm,
        nameof(Layers.Gru) or nameof(GruCell) => Gru,
        _ => null,
    };
}
