namespace NativeRnn.Formats;

/// <summary>What a safetensors file holds.</summary>
/// <param name="Tensors">The tensors by name, in the order of the file's header.</param>
/// <param name="Metadata">Texts by name; empty when the file has none.</param>
public sealed record SafetensorsFile(
    IReadOnlyDictionary<string, Tensor> Tensors,
    IReadOnlyDictionary<string, string> Metadata);
