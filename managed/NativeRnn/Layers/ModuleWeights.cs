using NativeRnn.Formats;

namespace NativeRnn.Layers;

/// <summary>Weights of modules in safetensors files.</summary>
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
        module.LoadStateDict(Safetensors.Load(path).Tensors, strict);
    }
}
