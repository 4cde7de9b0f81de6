using System.Globalization;
using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>
/// Keras 1 and 2, and Keras 3 when it writes .h5: the attribute layer_names lists groups, whose attribute
/// weight_names lists arrays in them, in the layer's order.
/// </summary>
/// <param name="path">The file, for messages.</param>
/// <param name="holder">The group with layer_names.</param>
/// <param name="version">Which Keras wrote it.</param>
internal sealed class KerasNamedWeights(string path, Hdf5Group holder, KerasVersion version) : KerasWeights
{
    internal override IEnumerable<(KerasLayer Layer, KerasArrays Arrays)> For(
        IReadOnlyList<KerasLayer> layers, bool byName)
    {
        KerasLayer[] wanted = [.. layers.Where(layer => layer.HasWeights)];
        (string Name, Arrays Arrays)[] found =
        [
            .. NamesIn(holder, "layer_names")
                .Select(name => (Name: name, Arrays: ArraysOf(name)))
                .Where(entry => entry.Arrays.Count > 0),
        ];
        if (wanted.Length != found.Length)
        {
            string names = PrintableText.Of(string.Join(", ", found.Select(entry => entry.Name)));
            throw new ModelFormatException(
                path, holder.Path,
                $"weights of {found.Length} layers ({names}), the model has {wanted.Length} with weights");
        }

        for (int index = 0; index < wanted.Length; index++)
        {
            if (byName && wanted[index].Name != found[index].Name)
            {
                throw new ModelFormatException(
                    path, holder.Path,
                    $"weights of '{PrintableText.Of(found[index].Name)}' where those of " +
                    $"'{PrintableText.Of(wanted[index].Name)}' should be");
            }

            yield return (wanted[index], found[index].Arrays);
        }
    }

    private Arrays ArraysOf(string layer)
    {
        Hdf5Group group = holder.Group(layer);
        return new Arrays(path, group, NamesIn(group, "weight_names"), version.Major == 1);
    }

    // What is too long for one attribute stands in several: layer_names0, layer_names1, ..
    private static string[] NamesIn(Hdf5Group group, string attribute)
    {
        if (group.FindAttribute(attribute) is Hdf5Attribute whole)
        {
            return whole.Texts();
        }

        List<string> names = [];
        for (int part = 0; PartOf(part) is Hdf5Attribute found; part++)
        {
            names.AddRange(found.Texts());
        }

        return names.Count > 0 ? [.. names] : group.Attribute(attribute).Texts();

        Hdf5Attribute? PartOf(int part) =>
            group.FindAttribute(string.Create(CultureInfo.InvariantCulture, $"{attribute}{part}"));
    }

    private sealed class Arrays(string path, Hdf5Group group, string[] names, bool ofKeras1) : KerasArrays
    {
        private int _taken;

        internal int Count => names.Length;

        internal override bool HasSeparateGates => ofKeras1;

        internal override KerasArray[] Take(string part, int count)
        {
            if (count > names.Length - _taken)
            {
                throw Invalid($"{names.Length} arrays, the layer has at least {_taken + count}");
            }

            string[] wanted = names[_taken..(_taken + count)];
            _taken += count;
            return [.. wanted.Select(name => KerasArray.Read(path, group.Dataset(name)))];
        }

        internal override void RequireEnd()
        {
            if (_taken < names.Length)
            {
                throw Invalid($"{names.Length} arrays, the layer has {_taken}");
            }
        }

        internal override ModelFormatException Invalid(string what) => new(path, group.Path, what);
    }
}
