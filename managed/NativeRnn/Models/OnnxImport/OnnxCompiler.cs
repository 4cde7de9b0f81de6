using Google.Protobuf;
using NativeRnn.Formats.Onnx;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// Makes a program of a graph: reads initializers, computes constants, leaves out what no output needs, and finds out
/// which initializers are weights.
/// </summary>
internal sealed class OnnxCompiler
{
    // Beside the numbers of the file itself.
    private const long SpareElements = 1 << 22;

    private readonly OnnxFile _file;
    private readonly Device _device;
    private readonly OnnxConstants _constants;
    private readonly List<OnnxNode> _nodes = [];
    private readonly Dictionary<string, int> _makers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RecurrentLayer> _layers = new(StringComparer.Ordinal);
    private readonly HashSet<int> _live = [];

    internal OnnxCompiler(OnnxFile file, Device device)
    {
        _file = file;
        _device = device;
        _constants = new OnnxConstants(file, device, SpareElements);
    }

    /// <summary>Initializers that are weights, in their order in the file, by name.</summary>
    internal List<(string Name, Tensor Value)> Weights { get; } = [];

    /// <summary>Modules that nodes run, in the order of the nodes, by the nodes' names.</summary>
    internal List<(string Name, Module Module)> Modules { get; } = [];

    /// <exception cref="Formats.ModelFormatException">The graph can't be run.</exception>
    internal OnnxProgram Run(IReadOnlyList<OnnxTensorInfo> inputs)
    {
        foreach (NodeProto proto in _file.Graph.Node)
            AddNode(proto);
        FindLive();
        foreach (int index in _live.Order())
            AddLayer(_nodes[index], _file.Graph.Node[index]);
        int[] inputPlaces = [.. inputs.Select(input => PlaceOf(input.Name))];
        List<OnnxStep> steps = Steps();
        int[] outputs = [.. _file.Graph.Output.Select(output => PlaceOf(output.Name))];
        return new OnnxProgram(StartValues(), steps, inputPlaces, outputs, _device);
    }

    private void AddNode(NodeProto proto)
    {
        int index = _nodes.Count;
        string place = OnnxFile.PlaceOf(proto, index);
        OnnxNode node = Located(place, () => new OnnxNode(
            proto, place, OnnxOperators.All[proto.OpType], _file.Opset));
        _nodes.Add(node);
        if (_constants.TryFold(node))
            return;
        foreach (string output in node.Outputs)
            _makers[output] = index;
    }

    // From the outputs backwards; a layer's weights are not values of a run.
    private void FindLive()
    {
        Stack<string> wanted = new(_file.Graph.Output.Select(output => output.Name));
        while (wanted.TryPop(out string? name))
        {
            if (name.Length == 0 || !_makers.TryGetValue(name, out int maker) || !_live.Add(maker))
                continue;
            OnnxNode node = _nodes[maker];
            for (int input = 0; input < node.Inputs.Length; input++)
            {
                if (!node.Operator.WeightInputs.Contains(input))
                    wanted.Push(node.Inputs[input]);
            }
        }
    }

    private void AddLayer(OnnxNode node, NodeProto proto)
    {
        string name = proto.Name.Length > 0 ? proto.Name : proto.Output.First(output => output.Length > 0);
        if (node.Operator.WeightInputs.Count > 0)
        {
            // Nodes with the same weights are one layer, as they are in the program that wrote the file.
            string key = KeyOf(node, proto);
            if (!_layers.TryGetValue(key, out RecurrentLayer? layer))
            {
                layer = Located(node.Place, () => OnnxRecurrence.Build(
                    node,
                    input => _constants.WeightOf(node.Inputs.ElementAtOrDefault(input), _nodes, _makers),
                    _device));
                _layers.Add(key, layer);
                Modules.Add((name, layer));
            }

            node.Layer = layer;
        }
        else if (proto.OpType == "Dropout")
        {
            node.Layer = Located(node.Place, () => OnnxDropout.Build(node, _constants));
            Modules.Add((name, node.Layer));
        }
    }

    private static string KeyOf(OnnxNode node, NodeProto proto) => string.Join('\n', [
        proto.OpType,
        .. node.Operator.WeightInputs.Select(input => node.Inputs.ElementAtOrDefault(input)),
        .. proto.Attribute.Select(attribute => Convert.ToBase64String(attribute.ToByteArray())),
    ]);

    private List<OnnxStep> Steps()
    {
        List<OnnxStep> steps = [];
        Dictionary<int, int> lastUse = [];
        foreach (OnnxNode node in _live.Order().Select(index => _nodes[index]))
        {
            int[] inputs = [.. node.Inputs.Select((name, input) =>
                name.Length == 0 || node.Operator.WeightInputs.Contains(input) ? -1 : PlaceOf(name))];
            int[] outputs = [.. node.Outputs.Select(name => name.Length == 0 ? -1 : PlaceOf(name))];
            foreach (int place in inputs.Concat(outputs))
                lastUse[place] = steps.Count;
            steps.Add(new OnnxStep(node, inputs, outputs, []));
        }

        HashSet<int> kept = [-1, .. _file.Graph.Output.Select(output => PlaceOf(output.Name))];
        foreach (IGrouping<int, int> ends in lastUse.Where(use => !kept.Contains(use.Key))
            .GroupBy(use => use.Value, use => use.Key))
            steps[ends.Key] = steps[ends.Key] with { Ends = [.. ends] };
        return steps;
    }

    private int PlaceOf(string name)
    {
        if (!_places.TryGetValue(name, out int place))
            _places.Add(name, place = _places.Count);
        return place;
    }

    private OnnxValue?[] StartValues()
    {
        HashSet<string> trained = TrainedNames();
        var start = new OnnxValue?[_places.Count];
        foreach ((string name, int place) in _places)
            start[place] = _constants.Find(name);
        foreach (string name in _constants.WeightNames.Where(trained.Contains))
            Weights.Add((name, start[_places[name]]!.Floats(_device)));

        return start;
    }

    private HashSet<string> TrainedNames()
    {
        HashSet<string> trained = new(StringComparer.Ordinal);
        foreach (OnnxNode node in _live.Select(index => _nodes[index]))
        {
            for (int input = 0; input < node.Inputs.Length; input++)
            {
                if (!node.Operator.WeightInputs.Contains(input) && !node.Operator.FixedInputs.Contains(input)
                    && _constants.IsWeight(node.Inputs[input], node.Operator.StartInputs.Contains(input)))
                    trained.Add(node.Inputs[input]);
            }
        }

        return trained;
    }

    private T Located<T>(string place, Func<T> function)
    {
        try
        {
            return function();
        }
        catch (Exception wrong) when (wrong is ArgumentException or OverflowException or OnnxBudgetException)
        {
            throw _file.Wrong(place, wrong.Message, wrong);
        }
    }
}
