using System.Globalization;

namespace NativeRnn.Models;

/// <summary>
/// The tensors of each layer of a Keras file: of a group with the layer's name or, in Keras 3's own files, with that of
/// its class and a number. Layers are asked for in the model's order.
/// </summary>
internal sealed class KerasLayerGroups(IReadOnlyList<TensorDescription> tensors)
{
    private readonly ILookup<string, TensorDescription> _groups = tensors.ToLookup(
        tensor => tensor.Name.Split('/')[0], StringComparer.Ordinal);

    private readonly Dictionary<string, int> _seen = new(StringComparer.Ordinal);

    internal IEnumerable<TensorDescription> Of(string name, string className)
    {
        string numbered = KerasNumberedWeights.SnakeCase(className);
        int count = _seen.GetValueOrDefault(numbered);
        _seen[numbered] = count + 1;
        string group = count == 0 ? numbered : string.Create(CultureInfo.InvariantCulture, $"{numbered}_{count}");
        return _groups.Contains(name) ? _groups[name] : _groups[group];
    }
}
