using Google.Protobuf;
using NativeRnn.Formats;
using NativeRnn.Formats.Onnx;

namespace NativeRnn.Models;

/// <summary>An ONNX file: its protobuf message, and what is wrong with it.</summary>
internal sealed class OnnxFile
{
    /// <summary>The versions of ONNX' operators that are known.</summary>
    internal const int OldestOpset = 7;

    /// <inheritdoc cref="OldestOpset"/>
    internal const int NewestOpset = 21;

    private const long SpareBytes = 40L << 20;

    private const string OnnxDomain = "ai.onnx";

    /// <exception cref="ModelFormatException">It is no ONNX file, or of an unknown version.</exception>
    internal OnnxFile(string path)
    {
        FilePath = path;
        Length = new FileInfo(path).Length;
        if (Length > Array.MaxLength)
            throw Wrong("", $"{Length} bytes; protobuf has at most 2^31");
        byte[] bytes = File.ReadAllBytes(path);
        if (OnnxFileScan.CostOf(bytes) is var cost && cost > (Length + (Length / 2)) + SpareBytes)
            throw Wrong("", $"its {Length} bytes would take {cost >> 20} MB: many parts with next to nothing in them");
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException wrong)
        {
            throw Wrong("", $"it is no ONNX file, or a damaged one: {wrong.Message}", wrong);
        }

        if (model.Graph is null)
            throw Wrong("", "it has no graph: it is no ONNX model");
        Graph = model.Graph;
        Opset = OpsetOf(model);
    }

    internal string FilePath { get; }

    /// <summary>Bytes of the file.</summary>
    internal long Length { get; }

    internal GraphProto Graph { get; }

    internal long Opset { get; }

    internal static bool IsOnnx(string domain) => domain.Length == 0 || domain == OnnxDomain;

    internal ModelFormatException Wrong(string place, string what, Exception? inner = null) =>
        new(FilePath, place, what, inner);

    /// <summary>How messages name a node: by its own name or, without one, by that of its first output.</summary>
    internal static string PlaceOf(NodeProto node, int index)
    {
        string @operator = OnnxText.Quote(node.OpType).Trim('\'');
        if (node.Name.Length > 0)
            return $"node {OnnxText.Quote(node.Name)} ({@operator})";
        string made = node.Output.FirstOrDefault(output => output.Length > 0) is { } output
            ? $" that makes {OnnxText.Quote(output)}"
            : "";
        return $"node {index}{made} ({@operator})";
    }

    private long OpsetOf(ModelProto model)
    {
        long[] versions = [.. model.OpsetImport.Where(set => IsOnnx(set.Domain)).Select(set => set.Version)];
        if (versions.Length != 1)
            throw Wrong("opset_import", $"{versions.Length} versions of ONNX' operators, must be one");
        return versions[0] is >= OldestOpset and <= NewestOpset
            ? versions[0]
            : throw Wrong(
                "opset_import",
                $"the file needs version {versions[0]} of ONNX' operators; {OldestOpset} to {NewestOpset} are known");
    }
}
