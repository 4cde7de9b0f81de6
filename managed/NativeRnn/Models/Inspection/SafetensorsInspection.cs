using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>What a safetensors file holds: a model of this library, or weights.</summary>
internal static class SafetensorsInspection
{
    internal static ModelDescription Read(string path)
    {
        using SafetensorsReader file = SafetensorsReader.Open(path);
        file.Verify();
        TensorDescription[] tensors =
        [
            .. file.Header.Entries.Select(entry => TensorDescription.Of(
                entry.Name, entry.Shape, TypeName(entry.Element.Name), entry.Element.Size)),
        ];
        Dictionary<string, string> metadata = new(file.Metadata, StringComparer.Ordinal);
        bool isModel = metadata.Remove(SavedModel.MetadataName, out string? config);
        return new ModelDescription
        {
            Kind = isModel ? ModelFileKind.NativeRnn : ModelFileKind.Safetensors,
            Producer = isModel ? "NativeRnn" : metadata.GetValueOrDefault("format"),
            HasArchitecture = isModel,
            Layers = isModel ? SavedModelLayers.Read(path, config!, tensors) : StateDictLayer.Split(tensors),
            Tensors = tensors,
            Metadata = metadata,
        };
    }

    // F32: float32, BF16: bfloat16, I64: int64, BOOL: bool.
    private static string TypeName(string name) => name switch
    {
        "BOOL" => "bool",
        ['B', 'F', .. string bits] => "bfloat" + bits,
        ['F', .. string bits] => "float" + bits,
        ['I', .. string bits] => "int" + bits,
        ['U', .. string bits] => "uint" + bits,
        _ => name,
    };
}
