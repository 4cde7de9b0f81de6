namespace NativeRnn.Models;

/// <summary>A layer of a model file.</summary>
/// <param name="Path">Where in the model it is: <c>encoder.0</c>, <c>lstm_1</c>; empty: it is the whole model.</param>
/// <param name="Kind">What it is, in the words of the file's format: <c>Lstm</c>, <c>LSTM</c>, <c>Gemm</c>.</param>
/// <param name="Settings">Numbers, texts and truth values that the file tells of it.</param>
/// <param name="OutputSize">The size of its output's last axis; null: that of its input, or the file does not tell.</param>
/// <param name="GateLayout">
/// The order in which the file has the gates of a recurrent layer, such as <c>i f c o</c> (input, forget, cell, output)
/// or <c>z r h</c> (update, reset, new state); null: no gates.
/// </param>
/// <param name="ParameterCount">Its numbers, without those of layers within it that are listed themselves.</param>
/// <param name="ElementType">The type of its numbers in the file; several separated by commas; null: it has none.</param>
public sealed record LayerDescription(
    string Path,
    string Kind,
    IReadOnlyDictionary<string, string> Settings,
    int? OutputSize,
    string? GateLayout,
    long ParameterCount,
    string? ElementType)
{
    /// <summary>A layer that has some of the file's tensors.</summary>
    internal static LayerDescription Of(
        string path,
        string kind,
        IReadOnlyDictionary<string, string> settings,
        int? outputSize,
        string? gateLayout,
        IEnumerable<TensorDescription> tensors)
    {
        TensorDescription[] floats = [.. tensors.Where(tensor => tensor.IsFloat)];
        string types = string.Join(", ", floats.Select(tensor => tensor.ElementType).Distinct());
        return new LayerDescription(
            path, kind, settings, outputSize, gateLayout, floats.Sum(tensor => tensor.Length),
            types.Length == 0 ? null : types);
    }
}
