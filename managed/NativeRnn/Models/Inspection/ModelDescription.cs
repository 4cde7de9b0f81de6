namespace NativeRnn.Models;

/// <summary>What a model file holds; see <see cref="ModelFile.Inspect"/>.</summary>
public sealed record ModelDescription
{
    /// <summary>What kind of file it is.</summary>
    public required ModelFileKind Kind { get; init; }

    /// <summary>Which version of its format, such as <c>opset 17</c>; null: the file does not tell.</summary>
    public string? FormatVersion { get; init; }

    /// <summary>What wrote it, such as <c>Keras 2.1.3</c>; null: the file does not tell.</summary>
    public string? Producer { get; init; }

    /// <summary>Whether it says how to compute, not only with which numbers.</summary>
    public required bool HasArchitecture { get; init; }

    /// <summary>
    /// The layers in the file's order. Of weights without a model, what the names and shapes of the tensors tell; of an
    /// ONNX graph, the operators that have weights.
    /// </summary>
    public required IReadOnlyList<LayerDescription> Layers { get; init; }

    /// <summary>All tensors in the file's order.</summary>
    public required IReadOnlyList<TensorDescription> Tensors { get; init; }

    /// <summary>What else stands in the file: texts by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Bytes of the file.</summary>
    public long FileBytes { get; init; }

    /// <summary>Numbers of all tensors of floats.</summary>
    public long ParameterCount => Tensors.Where(tensor => tensor.IsFloat).Sum(tensor => tensor.Length);

    /// <summary>Bytes of all tensors.</summary>
    public long TensorBytes => Tensors.Sum(tensor => tensor.Bytes);
}
