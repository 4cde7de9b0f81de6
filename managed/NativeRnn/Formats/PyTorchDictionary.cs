namespace NativeRnn.Formats;

/// <summary>What a pickle made a dictionary of.</summary>
internal enum PyTorchDictionaryKind
{
    Plain,

    /// <summary>collections.OrderedDict, whose attributes (state_dict's _metadata) are not kept.</summary>
    Ordered,

    /// <summary>argparse.Namespace: its entries are its attributes.</summary>
    Namespace,
}

/// <summary>Entries in order, each key once; a key that is set again keeps its place.</summary>
internal sealed class PyTorchDictionary(PyTorchDictionaryKind kind)
{
    private readonly List<KeyValuePair<PyTorchValue, PyTorchValue>> _entries = [];
    private readonly Dictionary<object, int> _places = [];

    internal PyTorchDictionaryKind Kind => kind;

    internal IReadOnlyList<KeyValuePair<PyTorchValue, PyTorchValue>> Entries => _entries;

    /// <summary>Whether a value can be a key: texts, numbers and None can.</summary>
    internal static bool IsKey(in PyTorchValue value) => value.Kind is PyTorchValueKind.None
        or PyTorchValueKind.Boolean or PyTorchValueKind.Integer or PyTorchValueKind.Number or PyTorchValueKind.Text;

    internal void Set(in PyTorchValue key, in PyTorchValue value)
    {
        object place = key.ToKey();
        if (_places.TryGetValue(place, out int index))
        {
            _entries[index] = new(_entries[index].Key, value);
            return;
        }

        _places.Add(place, _entries.Count);
        _entries.Add(new(key, value));
    }

    internal bool TryGet(string key, out PyTorchValue value)
    {
        bool found = _places.TryGetValue(key, out int index);
        value = found ? _entries[index].Value : default;
        return found;
    }
}
