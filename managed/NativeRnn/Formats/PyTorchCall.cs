namespace NativeRnn.Formats;

/// <summary>A call that REDUCE asks for: a global of the list, and arguments that are checked when they are taken.
/// </summary>
internal sealed class PyTorchCall(
    PyTorchGlobal global, PyTorchValue[] arguments, PyTorchPickleBytes bytes, PyTorchPickleStack stack)
{
    /// <summary>Where a value's memory is reckoned.</summary>
    internal PyTorchPickleStack Stack => stack;

    internal int Count => arguments.Length;

    internal PyTorchValue this[int index] => arguments[index];

    internal void RequireCount(int least, int most)
    {
        if (Count < least || Count > most)
        {
            string wanted = least == most ? $"{least}" : $"{least} to {most}";
            throw Fail($"{Count} arguments, {wanted} are needed");
        }
    }

    internal long Int64(int index) => ToInt64(arguments[index], index);

    internal string Text(int index) => arguments[index].Kind == PyTorchValueKind.Text
        ? arguments[index].ToText()
        : throw Wrong(index, "a text");

    internal PyTorchValue[] Tuple(int index) => arguments[index].Kind == PyTorchValueKind.Tuple
        ? (PyTorchValue[])arguments[index].Content!
        : throw Wrong(index, "a tuple");

    /// <summary>The items of a list, tuple or set.</summary>
    internal IReadOnlyList<PyTorchValue> List(int index) =>
        arguments[index].Kind is PyTorchValueKind.List or PyTorchValueKind.Tuple or PyTorchValueKind.Set
            ? arguments[index].Items
            : throw Wrong(index, "a list");

    internal IReadOnlyList<KeyValuePair<PyTorchValue, PyTorchValue>> Dictionary(int index) =>
        arguments[index].Kind == PyTorchValueKind.Dictionary
            ? arguments[index].Entries
            : throw Wrong(index, "a dictionary");

    /// <summary>The whole numbers of a tuple that has one for each axis of a tensor.</summary>
    internal long[] AxisNumbers(int index)
    {
        PyTorchValue[] items = Tuple(index);
        return items.Length <= TensorShape.MaximumRank
            ? [.. items.Select(item => ToInt64(item, index))]
            : throw Fail($"a tensor of {items.Length} axes; at most {TensorShape.MaximumRank} are read");
    }

    internal void SetEntry(in PyTorchValue dictionary, in PyTorchValue key, in PyTorchValue value)
    {
        if (!PyTorchDictionary.IsKey(key))
        {
            throw Fail($"a dictionary's key is {key}; texts and numbers are read");
        }

        stack.ChargeEntry();
        dictionary.ToDictionary().Set(key, value);
    }

    internal void AddItems(in PyTorchValue container, IReadOnlyList<PyTorchValue> items)
    {
        stack.ChargeItems(items.Count);
        container.ToList().AddRange(items);
    }

    internal ModelFormatException Wrong(int index, string wanted) =>
        Fail($"argument {index} is {arguments[index]}, should be {wanted}");

    internal ModelFormatException Fail(string what) => bytes.Fail($"{global}: {what}");

    private long ToInt64(in PyTorchValue value, int index) =>
        value.Kind == PyTorchValueKind.Integer && value.Content is null
            ? value.ToInt64()
            : throw Wrong(index, "made of whole numbers of 64 bits");
}
