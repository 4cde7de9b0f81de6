using NativeRnn.Formats.Onnx;

namespace NativeRnn.Models;

/// <summary>Checks that need no values: operators are known, and each name is made once, before its use.</summary>
internal static class OnnxGraphCheck
{
    /// <exception cref="Formats.ModelFormatException">The graph is not right.</exception>
    internal static void Run(OnnxFile file)
    {
        RequireKnownOperators(file);
        HashSet<string> made = new(StringComparer.Ordinal);
        foreach (TensorProto initializer in file.Graph.Initializer)
            Add(file, made, initializer.Name, "initializer");
        HashSet<string> inputs = new(StringComparer.Ordinal);
        foreach (ValueInfoProto input in file.Graph.Input)
        {
            Add(file, inputs, input.Name, "input");
            // Up to version 3 of the format, initializers are among the inputs.
            made.Add(input.Name);
        }

        RequireOrder(file, made);
        RequireOutputs(file, made);
    }

    // All at once: who has to replace some wants to know how many.
    private static void RequireKnownOperators(OnnxFile file)
    {
        SortedDictionary<string, List<string>> unknown = new(StringComparer.Ordinal);
        for (int index = 0; index < file.Graph.Node.Count; index++)
        {
            NodeProto node = file.Graph.Node[index];
            if (OnnxFile.IsOnnx(node.Domain) && OnnxOperators.All.ContainsKey(node.OpType))
                continue;
            string name = OnnxFile.IsOnnx(node.Domain) ? node.OpType : $"{node.Domain}.{node.OpType}";
            if (!unknown.TryGetValue(name, out List<string>? nodes))
                unknown.Add(name, nodes = []);
            nodes.Add(OnnxFile.PlaceOf(node, index));
        }

        if (unknown.Count > 0)
            throw file.Wrong("", "operators that are not known: " + string.Join("; ", unknown.Take(50).Select(
                entry => $"{OnnxText.Quote(entry.Key)}{WhyOf(entry.Key)} in {OnnxText.List(entry.Value)}")));
    }

    private static string WhyOf(string @operator) =>
        @operator is "If" or "Loop" or "Scan" or "SequenceMap" ? " (graphs in a graph are not read)" : "";

    private static void Add(OnnxFile file, HashSet<string> names, string name, string what)
    {
        if (name.Length == 0)
            throw file.Wrong("graph", $"an {what} has no name");
        if (!names.Add(name))
            throw file.Wrong("graph", $"two {what}s are named {OnnxText.Quote(name)}");
    }

    private static void RequireOrder(OnnxFile file, HashSet<string> made)
    {
        HashSet<string> later = new(file.Graph.Node.SelectMany(node => node.Output), StringComparer.Ordinal);
        for (int index = 0; index < file.Graph.Node.Count; index++)
        {
            NodeProto node = file.Graph.Node[index];
            string place = OnnxFile.PlaceOf(node, index);
            foreach (string input in node.Input)
            {
                if (input.Length > 0 && !made.Contains(input))
                    throw file.Wrong(place, $"it uses {OnnxText.Quote(input)}, which " + (later.Contains(input)
                        ? "only it or a later node makes: a cycle, or the nodes are not sorted"
                        : "nothing makes"));
            }

            foreach (string output in node.Output)
            {
                if (output.Length > 0 && !made.Add(output))
                    throw file.Wrong(place, $"it makes {OnnxText.Quote(output)}, which is there already");
            }
        }
    }

    private static void RequireOutputs(OnnxFile file, HashSet<string> made)
    {
        HashSet<string> outputs = new(StringComparer.Ordinal);
        foreach (ValueInfoProto output in file.Graph.Output)
        {
            Add(file, outputs, output.Name, "output");
            if (!made.Contains(output.Name))
                throw file.Wrong("graph", $"nothing makes the output {OnnxText.Quote(output.Name)}");
        }

        if (outputs.Count == 0)
            throw file.Wrong("graph", "it has no outputs");
    }
}
