using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>
/// The tensors of a state dict whose names differ after the last dot only, so those of one module, and what their names
/// and shapes say that it is.
/// </summary>
/// <param name="Path">What stands before the last dot of the names; empty without one.</param>
/// <param name="Tensors">By the names' rest, in the file's order.</param>
/// <param name="Recurrent">What an nn.LSTM, nn.GRU or nn.RNN is like; null: it is none.</param>
internal sealed record PyTorchPart(
    string Path, IReadOnlyDictionary<string, PyTorchTensor> Tensors, PyTorchRecurrentShape? Recurrent)
{
    /// <summary>What it is in PyTorch's words; <c>tensors</c> when the names don't say.</summary>
    internal string Kind => Recurrent?.Name ?? (IsLinear ? "Linear" : IsMatrix ? "Embedding or Linear" : "tensors");

    internal long ParameterCount => Tensors.Values.Sum(tensor => tensor.Length);

    private bool IsMatrix => Tensors.Count == 1 && WeightRank == 2;

    private bool IsLinear => Tensors.Count == 2 && WeightRank == 2 && Tensors.TryGetValue("bias", out var bias)
        && bias.Shape.SequenceEqual(Tensors["weight"].Shape[..1]);

    private int WeightRank => Tensors.TryGetValue("weight", out PyTorchTensor? weight) ? weight.Shape.Length : 0;

    /// <summary>All parts of a state dict, in the file's order.</summary>
    internal static IReadOnlyList<PyTorchPart> Of(PyTorchStateDict state) =>
    [
        .. from named in state.Tensors
           let dot = named.Key.LastIndexOf('.')
           group (Name: named.Key[(dot + 1)..], named.Value) by named.Key[..Math.Max(dot, 0)] into part
           let tensors = part.ToDictionary(named => named.Name, named => named.Value)
           select new PyTorchPart(part.Key, tensors, PyTorchRecurrentShape.Recognize(tensors, out _)),
    ];

    /// <summary>For people: <c>lstm (LSTM, 1 layers, ...)</c>, <c>fc (Linear)</c>.</summary>
    public override string ToString() => $"{(Path.Length == 0 ? "." : Path)} ({Recurrent?.ToString() ?? Kind})";
}
