using NativeRnn.Formats.Onnx;

namespace NativeRnn.Models;

/// <summary>
/// Initializers, and what nodes compute of them. Floats of an axis or more may be weights that training changes: what
/// depends on such is computed in each run, unless a layer takes it in.
/// </summary>
internal sealed class OnnxConstants
{
    private readonly OnnxFile _file;
    private readonly Device _device;
    private readonly OnnxBudget _budget;
    private readonly Dictionary<string, OnnxValue> _fixed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxValue> _weights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxValue> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (bool Finite, bool Zero)> _looks = new(StringComparer.Ordinal);

    /// <exception cref="Formats.ModelFormatException">An initializer contradicts itself or is not read.</exception>
    internal OnnxConstants(OnnxFile file, Device device, long spareElements)
    {
        _file = file;
        _device = device;
        OnnxExternalData external = new(file.FilePath);
        long elements = 0;
        foreach (TensorProto initializer in file.Graph.Initializer)
        {
            OnnxValue value = Read(initializer, external);
            elements += value.Length;
            bool mayLearn = value.Kind == OnnxKind.Float && value.Rank > 0 && value.Length > 0;
            (mayLearn ? _weights : _fixed).Add(initializer.Name, value);
        }

        _budget = new OnnxBudget((4 * elements) + spareElements);
    }

    /// <summary>All that may be weights, in order.</summary>
    internal IEnumerable<string> WeightNames => _weights.Keys;

    /// <summary>A constant or weight, or null.</summary>
    internal OnnxValue? Find(string name) =>
        _fixed.GetValueOrDefault(name) ?? _weights.GetValueOrDefault(name);

    /// <summary>The value of a name that no training changes, or null.</summary>
    internal OnnxValue? FindFixed(string name) => _fixed.GetValueOrDefault(name);

    /// <summary>
    /// Whether an initializer is to be trained. Not where it is no number anywhere, as in a mask of -infinity, nor a
    /// state of zeros to start from.
    /// </summary>
    internal bool IsWeight(string name, bool isStart)
    {
        if (!_weights.TryGetValue(name, out OnnxValue? value))
            return false;
        if (!_looks.TryGetValue(name, out (bool Finite, bool Zero) look))
        {
            float[] floats = value.Floats(_device).ToArray();
            look = (Array.TrueForAll(floats, float.IsFinite), Array.TrueForAll(floats, number => number == 0));
            _looks.Add(name, look);
        }

        return look.Finite && !(isStart && look.Zero);
    }

    /// <summary>Computes a node whose inputs are all constants that nothing changes.</summary>
    /// <returns>Whether it was one.</returns>
    internal bool TryFold(OnnxNode node)
    {
        if (TryCopy(node))
            return true;
        if (!node.Operator.FoldsConstants
            || !Array.TrueForAll(node.Inputs, name => name.Length == 0 || _fixed.ContainsKey(name)))
            return false;
        try
        {
            Compute(node, name => _fixed[name], _fixed);
            return true;
        }
        catch (OnnxBudgetException)
        {
            return false;
        }
        catch (ArgumentException wrong)
        {
            // The message begins with the node already.
            throw _file.Wrong("", wrong.Message, wrong);
        }
    }

    /// <summary>What a layer takes in as a weight: an initializer, or computed from some.</summary>
    /// <param name="name">Null or empty: left out.</param>
    /// <param name="nodes">All nodes.</param>
    /// <param name="makers">Which of them makes a name.</param>
    /// <exception cref="ArgumentException">It is no constant.</exception>
    internal OnnxValue? WeightOf(string? name, IReadOnlyList<OnnxNode> nodes, IReadOnlyDictionary<string, int> makers)
    {
        if (string.IsNullOrEmpty(name))
            return null;
        SortedSet<int> needed = [];
        Stack<string> wanted = new([name]);
        while (wanted.TryPop(out string? next))
        {
            if (next.Length == 0 || FindTaken(next) is not null)
                continue;
            if (!makers.TryGetValue(next, out int maker) || !nodes[maker].Operator.FoldsConstants)
                throw new ArgumentException(
                    $"{OnnxText.Quote(name)} must be a constant; it depends on {OnnxText.Quote(next)}");
            if (needed.Add(maker))
                Array.ForEach(nodes[maker].Inputs, wanted.Push);
        }

        foreach (int index in needed)
            Compute(nodes[index], input => FindTaken(input)!, _taken);
        OnnxValue taken = FindTaken(name)!;
        // The layer's copy: any number of layers may take the same weights.
        _budget.Claim(taken.Length);
        return taken;
    }

    // PyTorch writes weights that are alike once, and Identity for the others. Those that hold one number everywhere,
    // as those of a normalisation before training do, are alike by chance: each is trained by itself.
    private bool TryCopy(OnnxNode node)
    {
        if (node.Proto.OpType != "Identity" || !_weights.TryGetValue(node.Inputs[0], out OnnxValue? value))
            return false;
        Tensor weight = value.Floats(_device);
        float[] numbers = weight.ToArray();
        if (numbers.AsSpan().ContainsAnyExcept(numbers[0]))
            return false;
        _budget.Claim(weight.Length);
        _weights.Add(node.Outputs[0], value.With(weight.Clone()));
        return true;
    }

    private OnnxValue? FindTaken(string name) => Find(name) ?? _taken.GetValueOrDefault(name);

    private void Compute(OnnxNode node, Func<string, OnnxValue> find, Dictionary<string, OnnxValue> into)
    {
        OnnxValue?[] inputs = Array.ConvertAll(node.Inputs, name => name.Length == 0 ? null : find(name));
        OnnxValue[] made = OnnxProgram.Call(node, inputs, _device, _budget);
        foreach (OnnxValue value in made)
            _budget.Claim(value.Length);
        for (int output = 0; output < node.Outputs.Length; output++)
        {
            if (node.Gives(output))
                into[node.Outputs[output]] = Owned(made[output]);
        }
    }

    // Constants outlive the tape that may be on.
    private OnnxValue Owned(OnnxValue value) =>
        value.IsFloats && _device.ActiveTape is not null ? value.With(value.Floats(_device).Clone()) : value;

    private OnnxValue Read(TensorProto initializer, OnnxExternalData external)
    {
        try
        {
            return OnnxTensorReader.Read(initializer, _device, external);
        }
        catch (Exception wrong) when (wrong is ArgumentException or OverflowException)
        {
            throw _file.Wrong($"initializer {OnnxText.Quote(initializer.Name)}", wrong.Message, wrong);
        }
    }
}
