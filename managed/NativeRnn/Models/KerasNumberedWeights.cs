using System.Globalization;
using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>
/// Keras 3: layers/lstm, layers/lstm_1, .. by class, with numbered arrays in groups called vars: cell/vars/0.
/// </summary>
/// <param name="path">The file, for messages.</param>
/// <param name="layersGroup">The group layers.</param>
internal sealed class KerasNumberedWeights(string path, Hdf5Group layersGroup) : KerasWeights
{
    internal override IEnumerable<(KerasLayer Layer, KerasArrays Arrays)> For(
        IReadOnlyList<KerasLayer> layers, bool byName)
    {
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        foreach (KerasLayer layer in layers)
        {
            string name = SnakeCase(layer.ClassName);
            int count = seen.GetValueOrDefault(name);
            seen[name] = count + 1;
            if (layer.HasWeights)
            {
                string group = count == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}_{count}");
                yield return (layer, new Arrays(path, layersGroup.Group(group)));
            }
        }
    }

    // LSTM: lstm, SimpleRNN: simple_rnn.
    private static string SnakeCase(string name)
    {
        List<char> snake = [];
        for (int at = 0; at < name.Length; at++)
        {
            if (at > 0 && char.IsUpper(name[at]) && char.IsLower(name[at - 1]))
            {
                snake.Add('_');
            }

            snake.Add(char.ToLowerInvariant(name[at]));
        }

        return new string([.. snake]);
    }

    private sealed class Arrays(string path, Hdf5Group layer) : KerasArrays
    {
        internal override KerasArray[] Take(string part, int count)
        {
            Hdf5Group holder = layer;
            foreach (string name in part.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                holder = holder.Group(name);
            }

            holder = holder.Group("vars");
            return holder.Names.Count == count
                ? [.. Enumerable.Range(0, count).Select(index => KerasArray.Read(path, holder.Dataset($"{index}")))]
                : throw new ModelFormatException(
                    path, holder.Path, $"{holder.Names.Count} arrays, the layer has {count}");
        }

        // Each part's number was checked; other groups hold states of random numbers.
        internal override void RequireEnd()
        {
        }

        internal override ModelFormatException Invalid(string what) => new(path, layer.Path, what);
    }
}
