using NativeRnn.Formats;

namespace NativeRnn.Layers;

/// <summary>
/// Weights of modules in safetensors files. <c>SavedModel</c> in <c>NativeRnn.Models</c> saves the model with
/// them, so that it is made again from the file alone: <c>model.Save(path)</c>, <c>SavedModel.Load(path)</c>.
/// </summary>
public static class ModuleWeights
{
    /// <summary>Saves all weights by name. The file appears whole or not at all.</summary>
    /// <param name="module">A built module.</param>
    /// <param name="path">The file; its directory must exist.</param>
    /// <exception cref="InvalidOperationException">A layer is not built yet.</exception>
    public static void SaveWeights(this Module module, string path)
    {
        ArgumentNullException.ThrowIfNull(module);
        Safetensors.Save(path, module.StateDict());
    }

    /// <summary>Loads weights by name; nothing changes when this throws.</summary>
    /// <param name="module">A built module.</param>
    /// <param name="path">A file with float weights under the names of the state dict.</param>
    /// <param name="strict">Whether all names must be there, and no others.</param>
    /// <exception cref="ArgumentException">
    /// Entries are missing, unexpected or of another shape; the message names them all.
    /// </exception>
    /// <exception cref="ModelFormatException">It is no valid safetensors file.</exception>
    public static void LoadWeights(this Module module, string path, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(module);
        using SafetensorsReader file = SafetensorsReader.Open(path);
        file.Verify();
        LoadWeights(module, file, strict);
    }

    /// <summary>Copies weights from an open file straight to where they are used.</summary>
    internal static void LoadWeights(Module module, SafetensorsReader file, bool strict)
    {
        Dictionary<string, SafetensorsEntry> entries =
            file.Header.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        List<(string Name, Parameter Parameter, ParameterView View)> wanted = [.. module.NamedViews()];
        StateDictCheck.Run(
            wanted,
            entries.ToDictionary(
                entry => entry.Key, entry => new StateEntry(entry.Value.Element.DType, entry.Value.Shape)),
            strict);
        wanted.RemoveAll(view => !entries.ContainsKey(view.Name));
        wanted.ForEach(view => file.RequireReadable(entries[view.Name]));
        foreach ((string name, Parameter parameter, ParameterView view) in wanted)
        {
            file.CopyTo(entries[name], parameter.Value, view.Offset);
        }
    }
}
