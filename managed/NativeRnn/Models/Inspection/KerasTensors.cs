using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>The weights in a file of Keras, as its groups hold them; what the optimiser left is not looked at.</summary>
internal sealed class KerasTensors
{
    // Groups may hold one another: then there is no end of paths.
    private const int MaxDepth = 16;
    private const int MaxMembers = 100_000;

    private readonly string _path;
    private readonly List<TensorDescription> _tensors = [];
    private int _members;

    private KerasTensors(string path) => _path = path;

    internal static IReadOnlyList<TensorDescription> Read(string path, Hdf5Group root)
    {
        KerasTensors found = new(path);
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
                _tensors.Add(TensorDescription.Of(path, space.Sizes, TypeName(type), type.Size));
            else
                Collect(group.Group(name), path + "/", depth + 1);
        }
    }

    private static string TypeName(Hdf5Type type) =>
        type.Kind == Hdf5Kind.Float ? $"float{8 * type.Size}" : type.Description;
}
