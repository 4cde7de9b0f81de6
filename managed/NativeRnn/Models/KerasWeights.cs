using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>Where a Keras file has its layers' weights.</summary>
internal abstract class KerasWeights
{
    private const string LegacyGroup = "model_weights";
    private const string LegacyNames = "layer_names";

    /// <summary>Finds out how a file keeps weights.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="file">What was opened of it.</param>
    internal static KerasWeights Of(string path, Hdf5File file)
    {
        Hdf5Group root = file.Root;
        if ((root.FindGroup("layers") ?? root.FindGroup("_layer_checkpoint_dependencies")) is Hdf5Group layers)
        {
            return new KerasNumberedWeights(path, layers);
        }

        Hdf5Group holder = root.FindGroup(LegacyGroup) ?? root;
        if (holder.FindAttribute(LegacyNames) is null && holder.FindAttribute(LegacyNames + "0") is null)
        {
            throw new ModelFormatException(
                path, holder.Path,
                "no weights of Keras: neither the attribute layer_names nor a group layers is there");
        }

        string? version = (holder.FindAttribute("keras_version") ?? root.FindAttribute("keras_version"))?.Text();
        return new KerasNamedWeights(path, holder, KerasVersion.Parse(version));
    }

    /// <summary>The arrays of each layer that has weights.</summary>
    /// <param name="layers">All layers of the model.</param>
    /// <param name="byName">
    /// Whether layers must have the file's names, else its order; of files that have names.
    /// </param>
    internal abstract IEnumerable<(KerasLayer Layer, KerasArrays Arrays)> For(
        IReadOnlyList<KerasLayer> layers, bool byName);
}
