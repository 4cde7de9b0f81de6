using System.Text.Json;
using System.Text.Json.Serialization;
using NativeRnn.Models;

namespace NativeRnn.Cli.Reporting;

/// <summary>What `inspect --json` writes: a model file's content.</summary>
/// <param name="Format">The kind of file: keras_hdf5.</param>
/// <param name="FormatVersion">Of its format; null: not told.</param>
/// <param name="Producer">What wrote it; null: not told.</param>
/// <param name="HasArchitecture">Whether it holds a model, not only weights.</param>
/// <param name="Parameters">Numbers of all tensors of floats.</param>
/// <param name="TensorBytes">Bytes of all tensors.</param>
/// <param name="FileBytes">Bytes of the file.</param>
/// <param name="Layers">In the file's order.</param>
/// <param name="Tensors">In the file's order.</param>
/// <param name="Metadata">What else stands in the file.</param>
internal sealed record InspectionReport(
    string Format,
    string? FormatVersion,
    string? Producer,
    bool HasArchitecture,
    long Parameters,
    long TensorBytes,
    long FileBytes,
    IReadOnlyList<InspectedLayer> Layers,
    IReadOnlyList<InspectedTensor> Tensors,
    IReadOnlyDictionary<string, string> Metadata)
{
    public static InspectionReport Of(ModelDescription model) => new(
        JsonNamingPolicy.SnakeCaseLower.ConvertName($"{model.Kind}"),
        model.FormatVersion,
        model.Producer,
        model.HasArchitecture,
        model.ParameterCount,
        model.TensorBytes,
        model.FileBytes,
        [.. model.Layers.Select(layer => new InspectedLayer(
            layer.Path, layer.Kind, layer.OutputSize, layer.GateLayout, layer.ParameterCount, layer.ElementType,
            layer.Settings))],
        [.. model.Tensors.Select(tensor => new InspectedTensor(
            tensor.Name, tensor.Shape, tensor.ElementType, tensor.Bytes))],
        model.Metadata);

    public string ToJson() => JsonSerializer.Serialize(this, InspectionReportJson.Default.InspectionReport) + "\n";
}

/// <summary>A layer of <see cref="InspectionReport.Layers"/>.</summary>
internal sealed record InspectedLayer(
    string Path, string Kind, int? OutputSize, string? GateLayout, long Parameters, string? Dtype,
    IReadOnlyDictionary<string, string> Settings);

/// <summary>A tensor of <see cref="InspectionReport.Tensors"/>.</summary>
internal sealed record InspectedTensor(string Name, IReadOnlyList<int> Shape, string Dtype, long Bytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(InspectionReport))]
internal sealed partial class InspectionReportJson : JsonSerializerContext;
