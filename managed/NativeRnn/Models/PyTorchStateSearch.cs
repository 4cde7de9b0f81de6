using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>Finds the state dict in what a PyTorch file holds: a dictionary with tensors under texts.</summary>
internal static class PyTorchStateSearch
{
    // Deeper than checkpoints of training programs nest it.
    private const int MaxDepth = 4;

    // More are too many to choose from.
    private const int MaxFound = 1000;

    // Longer ones would fill messages.
    private const int MaxName = 400;

    // What training programs call it, those first that mean the model's own weights.
    private static readonly string[] UsualKeys =
        ["model_state_dict", "state_dict", "model", "model_state", "net", "network", "weights"];

    /// <summary>The tensors of the state dict; what else stands in it is left out.</summary>
    /// <param name="file">The file.</param>
    /// <param name="key">Where it is, with dots between keys; null: the only one, or the one with a usual name.</param>
    /// <exception cref="ModelFormatException">There is none, or it is not clear which.</exception>
    internal static IEnumerable<KeyValuePair<string, PyTorchTensor>> Find(PyTorchFile file, string? key)
    {
        PyTorchValue state = key is null ? FindAny(file) : Follow(file, key);
        string? wrong = state.Entries.Where(IsNamedTensor).Select(entry => entry.Key.ToText())
            .FirstOrDefault(name => name.Length > MaxName);
        if (wrong is not null)
        {
            throw new ModelFormatException(
                file.FilePath, key ?? "", $"a tensor's name has {wrong.Length} characters; at most {MaxName} are read");
        }

        return
            from entry in state.Entries
            where IsNamedTensor(entry)
            select KeyValuePair.Create(entry.Key.ToText(), entry.Value.ToTensor());
    }

    private static PyTorchValue Follow(PyTorchFile file, string key)
    {
        PyTorchValue value = file.Value;
        for (string rest = key; rest.Length > 0;)
        {
            if (value.Kind != PyTorchValueKind.Dictionary)
            {
                throw Missing(file, key, $"'{rest}' is looked up in {value}");
            }

            int dot = rest.IndexOf('.');
            if (value.TryGetValue(rest, out PyTorchValue whole))
            {
                (value, rest) = (whole, "");
            }
            else if (dot > 0 && value.TryGetValue(rest[..dot], out PyTorchValue part))
            {
                (value, rest) = (part, rest[(dot + 1)..]);
            }
            else
            {
                throw Missing(file, key, $"there is no '{rest}' beside {Keys(value)}");
            }
        }

        return IsStateDict(value) ? value : throw Missing(file, key, $"it is {value}, without tensors");
    }

    private static PyTorchValue FindAny(PyTorchFile file)
    {
        List<(string[] Path, PyTorchValue Value)> found = [];
        Collect(file.Value, [], found);
        if (found.Count == 1)
        {
            return found[0].Value;
        }

        if (found.Count == 0)
        {
            string content = file.Value.Kind == PyTorchValueKind.Dictionary
                ? $"a dictionary with {Keys(file.Value)}"
                : file.Value.ToString();
            throw new ModelFormatException(
                file.FilePath, "", $"the file holds {content}, but no dictionary of tensors (state_dict)");
        }

        foreach (string key in UsualKeys)
        {
            int index = found.FindIndex(candidate => candidate.Path is [string only] && only == key);
            if (index >= 0)
            {
                return found[index].Value;
            }
        }

        throw new ModelFormatException(
            file.FilePath, "",
            "the file holds several dictionaries of tensors; say which by options.Key: " +
            Listing.Of(found.Select(candidate => string.Join('.', candidate.Path.Select(PrintableText.Of)))));
    }

    // A state dict's own dictionaries (_extra_state) are not looked into.
    private static void Collect(
        in PyTorchValue value, List<string> path, List<(string[] Path, PyTorchValue Value)> found)
    {
        if (value.Kind != PyTorchValueKind.Dictionary)
        {
            return;
        }

        if (IsStateDict(value))
        {
            found.Add(([.. path], value));
            return;
        }

        foreach ((PyTorchValue key, PyTorchValue item) in value.Entries)
        {
            if (path.Count < MaxDepth && found.Count < MaxFound && key.Kind == PyTorchValueKind.Text)
            {
                path.Add(key.ToText());
                Collect(item, path, found);
                path.RemoveAt(path.Count - 1);
            }
        }
    }

    private static bool IsStateDict(in PyTorchValue value) =>
        value.Kind == PyTorchValueKind.Dictionary && value.Entries.Any(IsNamedTensor);

    private static bool IsNamedTensor(KeyValuePair<PyTorchValue, PyTorchValue> entry) =>
        entry.Key.Kind == PyTorchValueKind.Text && entry.Value.Kind == PyTorchValueKind.Tensor;

    private static string Keys(in PyTorchValue dictionary) => dictionary.Count == 0
        ? "no keys"
        : Listing.Of(dictionary.Entries.Select(entry => entry.Key.ToString()));

    private static ModelFormatException Missing(PyTorchFile file, string key, string what) =>
        new(file.FilePath, key, what);
}
