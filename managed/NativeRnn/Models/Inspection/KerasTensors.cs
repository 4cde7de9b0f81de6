using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>The weights in a file of Keras, as its groups hold them; what the optimiser left is not looked at.</summary>
internal sealed class KerasTensors
{
    // Groups may hold one another: then there is no end of paths.
    private const int MaxDepth = 16;
    private const int MaxMembers = 100_000;

    private readonly string _path;
    private readonly long _length;
    private readonly List<TensorDescription> _tensors = [];
    private int _members;

    private KerasTensors(string path, long length)
    {
        _path = path;
        _length = length;
    }

    /// <param name="path">The file.</param>
    /// <param name="root">Of the weights.</param>
    /// <param name="length">Bytes that hold all weights.</param>
    internal static IReadOnlyList<TensorDescription> Read(string path, Hdf5Group root, long length)
    {
        KerasTensors found = new(path, length);
        Hdf5Group holder = root.FindGroup("layers") ?? root.FindGroup("_layer_checkpoint_dependencies")
            ?? root.FindGroup("model_weights") ?? root;
        found.Collect(holder, "", 0);
        return found._tensors;
    }

    private void Collect(Hdf5Group group, string prefix, int depth)
    {
        _members += group.Names.Count;
        if (depth > MaxDepth || _members > MaxMembers)
            throw new ModelFormatException(
                _path, group.Path, $"groups more than {MaxDepth} deep, or with more than {MaxMembers} members");
        foreach (string name in group.Names)
        {
            string path = prefix + PrintableText.Of(name);
            if (group.DescribeDataset(name) is var (space, type))
                Add(path, space, type);
            else
                Collect(group.Group(name), path + "/", depth + 1);
        }
    }

    private void Add(string name, Hdf5Space space, Hdf5Type type)
    {
        long bytes = space.Count * type.Size;
        if (bytes > _length)
            throw new ModelFormatException(
                _path, name, $"{space.Count} elements of {type.Size} bytes, all weights have {_length} bytes");
        _tensors.Add(new TensorDescription(name, space.Sizes, TypeName(type), space.Count, bytes));
    }

    private static string TypeName(Hdf5Type type) =>
        type.Kind == Hdf5Kind.Float ? $"float{8 * type.Size}" : type.Description;
}
