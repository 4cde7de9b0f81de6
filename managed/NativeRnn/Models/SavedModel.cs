using NativeRnn.Formats;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// Whole models in one safetensors file each: the weights under the names of the state dict, and in the
/// metadata what makes the model again. Any other program that reads safetensors reads the weights. A
/// checksum over all of it tells files that were damaged.
/// </summary>
/// <example>
/// <code>
/// model.Save("model.safetensors");
/// Sequential again = SavedModel.Load&lt;Sequential&gt;("model.safetensors");
/// </code>
/// </example>
public static class SavedModel
{
    /// <summary>Where in the metadata the model stands, as JSON.</summary>
    internal const string MetadataName = "nativernn.model";

    /// <summary>
    /// Saves a model: its settings, weights, regularisers and constraints; not the optimiser's state nor that
    /// of random numbers, which <c>Fit</c>'s checkpoints hold. The file appears whole or not at all.
    /// </summary>
    /// <param name="module">A built module.</param>
    /// <param name="path">The file; its directory must exist.</param>
    /// <exception cref="InvalidOperationException">
    /// A layer is not built yet, or is nested deeper than a file can hold.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// A part of the model can't be written, such as a <see cref="Lambda"/>, or a class of one's own that is
    /// not registered; the message names it.
    /// </exception>
    public static void Save(this Module module, string path)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentException.ThrowIfNullOrEmpty(path);
        foreach ((string name, Module part) in module.NamedModules())
        {
            part.RequireBuilt(name);
        }

        string config = ModelWriter.Write(module);
        Safetensors.Save(
            path, module.StateDict(), new Dictionary<string, string> { [MetadataName] = config });
    }

    /// <summary>Loads a model, ready to predict: dropout is off until <c>Fit</c> or SetTraining switches it
    /// on.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote. No other program may make it shorter
    /// meanwhile.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ModelFormatException">
    /// The file is damaged, holds no model or one of a kind that is not known; the message says which and
    /// where.
    /// </exception>
    public static Module Load(string path, Device? device = null)
    {
        using SafetensorsReader file = SafetensorsReader.Open(path);
        if (!file.Header.Metadata.TryGetValue(MetadataName, out string? config))
        {
            throw new ModelFormatException(
                path, "header", $"the metadata have no '{MetadataName}': the file holds weights, but no " +
                "model. Make the model and call its LoadWeights");
        }

        file.Verify(required: true);
        Module module = new ModelReader(file, device ?? Device.Default).Read(config);
        module.SetTraining(false);
        return module;
    }

    /// <summary>Loads a model of a class.</summary>
    /// <typeparam name="T">The class, such as <c>Sequential</c>.</typeparam>
    /// <inheritdoc cref="Load(string, Device?)"/>
    /// <exception cref="ModelFormatException">As for Load; or the model is of another class.</exception>
    public static T Load<T>(string path, Device? device = null)
        where T : Module
    {
        Module module = Load(path, device);
        return module as T ?? throw new ModelFormatException(
            path, string.Empty, $"it holds a {module.GetType().Name}, not a {typeof(T).Name}");
    }

    /// <summary>
    /// Makes modules of a class of one's own known, so that models with them can be saved and loaded: once in
    /// a program, before both.
    /// </summary>
    /// <typeparam name="T">The class itself: classes that derive from it are registered by
    /// themselves.</typeparam>
    /// <param name="kind">A name for the file, such as <c>"MyCompany.Highway"</c>; never change it.</param>
    /// <param name="write">Tells what the constructor needs, and the modules within that it is given.</param>
    /// <param name="create">
    /// Makes a module from what was told, with parameters of the same names and shapes; their values are
    /// loaded.
    /// </param>
    /// <exception cref="ArgumentException">The class or the name is registered already.</exception>
    /// <example>
    /// <code>
    /// SavedModel.Register&lt;Highway&gt;(
    ///     "MyCompany.Highway",
    ///     (layer, config) => config.Set("size", layer.Size),
    ///     config => new Highway(config.GetInt32("size"), config.Device));
    /// </code>
    /// </example>
    public static void Register<T>(string kind, Action<T, ConfigWriter> write, Func<ConfigReader, T> create)
        where T : Module
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        ArgumentNullException.ThrowIfNull(write);
        ArgumentNullException.ThrowIfNull(create);
        ModuleKinds.Add(ModuleKind.Of(kind, write, create));
    }
}
