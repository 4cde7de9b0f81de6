using NativeRnn.Formats;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>The tensors of a PyTorch file that options choose, in the file's order and under the names that they get.
/// </summary>
internal sealed class PyTorchStateDict
{
    private static readonly string[] Wrappers = ["module.", "_orig_mod."];

    private readonly Dictionary<string, PyTorchTensor> _tensors = new(StringComparer.Ordinal);

    private PyTorchStateDict(string path) => FilePath = path;

    internal string FilePath { get; }

    internal IReadOnlyDictionary<string, PyTorchTensor> Tensors => _tensors;

    /// <param name="path">The file.</param>
    /// <param name="options">Null: the default ones.</param>
    /// <param name="wanted">Names of the module that is to have them; such names keep what wrappers add.</param>
    /// <exception cref="ModelFormatException">The file is damaged, or has no such state dict.</exception>
    internal static PyTorchStateDict Load(
        string path, PyTorchLoadOptions? options, IReadOnlyCollection<string>? wanted = null) =>
        Of(PyTorchFile.Load(path), options, wanted);

    /// <inheritdoc cref="Load"/>
    internal static PyTorchStateDict Of(
        PyTorchFile file, PyTorchLoadOptions? options, IReadOnlyCollection<string>? wanted = null)
    {
        options ??= PyTorchLoadOptions.Default;
        KeyValuePair<string, PyTorchTensor>[] found = [.. PyTorchStateSearch.Find(file, options.Key)];
        string prefix = options.Prefix ?? PrefixOfWrappers([.. found.Select(named => named.Key)], wanted ?? []);
        PyTorchStateDict state = new(file.FilePath);
        foreach ((string name, PyTorchTensor tensor) in found)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                state.Add(NewName(name[prefix.Length..], options.Rename), tensor);
            }
        }

        return state._tensors.Count > 0
            ? state
            : throw new ModelFormatException(
                file.FilePath, options.Key ?? "",
                $"no name begins with '{prefix}'; there are {Listing.Of(found.Select(named => named.Key))}");
    }

    /// <summary>What the check of a state dict needs of each tensor.</summary>
    internal Dictionary<string, StateEntry> Entries() => _tensors.ToDictionary(
        named => named.Key, named => new StateEntry(named.Value.DType, named.Value.Shape.ToArray()));

    private void Add(string name, PyTorchTensor tensor)
    {
        if (!_tensors.TryAdd(name, tensor))
        {
            throw new ModelFormatException(FilePath, name, "two tensors would have this name; see Prefix and Rename");
        }
    }

    private static string PrefixOfWrappers(string[] names, IReadOnlyCollection<string> wanted)
    {
        string prefix = "";
        for (bool found = true; found;)
        {
            found = false;
            foreach (string wrapper in Wrappers)
            {
                string longer = prefix + wrapper;
                if (Array.TrueForAll(names, name => name.StartsWith(longer, StringComparison.Ordinal))
                    && !wanted.Any(name => name.StartsWith(wrapper, StringComparison.Ordinal)))
                {
                    prefix = longer;
                    found = true;
                }
            }
        }

        return prefix;
    }

    private static string NewName(string name, IReadOnlyDictionary<string, string>? rename)
    {
        string? old = rename?.Keys
            .Where(key => name == key || name.StartsWith(key + ".", StringComparison.Ordinal))
            .MaxBy(key => key.Length);
        return old is null ? name : rename![old] + name[old.Length..];
    }
}
