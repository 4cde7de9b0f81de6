namespace NativeRnn.Formats;

/// <summary>
/// Checks what came out of a pickle: nothing contains itself, containers are not nested deeply, and with all that is
/// referred to several times written out there are not too many values. So whoever walks it ends.
/// </summary>
internal sealed class PyTorchTree
{
    internal const int MaxDepth = 64;
    internal const long MaxValues = 2_000_000;

    private readonly PyTorchPickleBytes _bytes;
    private readonly Dictionary<object, (long Values, int Depth)> _known = new(ReferenceEqualityComparer.Instance);

    private PyTorchTree(PyTorchPickleBytes bytes) => _bytes = bytes;

    /// <exception cref="ModelFormatException">One of them is so.</exception>
    internal static void Check(in PyTorchValue root, PyTorchPickleBytes bytes) =>
        new PyTorchTree(bytes).Measure(root, MaxDepth);

    // How many values there are in it, itself too, and how deep they go.
    private (long Values, int Depth) Measure(in PyTorchValue value, int depthLeft)
    {
        if (value.Count == 0)
        {
            return (1, 1);
        }

        bool isKnown = _known.TryGetValue(value.Content!, out (long Values, int Depth) known);
        if (isKnown && known.Values < 0)
        {
            throw _bytes.Fail($"a {value.Kind} contains itself");
        }

        if (!isKnown)
        {
            RequireDepth(1, depthLeft);
            _known[value.Content!] = (-1, 0);
            known = MeasureItems(value, depthLeft - 1);
            _known[value.Content!] = known;
        }

        RequireDepth(known.Depth, depthLeft);
        return known;
    }

    private (long Values, int Depth) MeasureItems(in PyTorchValue container, int depthLeft)
    {
        (long Values, int Depth) sum = (1, 1);
        IEnumerable<PyTorchValue> items = container.Kind == PyTorchValueKind.Dictionary
            ? container.Entries.Select(entry => entry.Value)
            : container.Items;
        foreach (PyTorchValue item in items)
        {
            (long values, int depth) = Measure(item, depthLeft);
            sum = (sum.Values + values, Math.Max(sum.Depth, depth + 1));
            if (sum.Values > MaxValues)
            {
                throw _bytes.Fail($"written out, a {container.Kind} has more than {MaxValues} values");
            }
        }

        return sum;
    }

    private void RequireDepth(int depth, int depthLeft)
    {
        if (depth > depthLeft)
        {
            throw _bytes.Fail($"containers are nested more than {MaxDepth} deep");
        }
    }
}
