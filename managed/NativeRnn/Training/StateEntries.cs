using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>Single numbers as entries of a state dict, and the check of a state dict against what is wanted.</summary>
internal static class StateEntries
{
    // So many problems are listed; the rest is counted.
    private const int Listed = 8;

    internal static Tensor Of(float value, Device device)
    {
        Tensor tensor = Tensor.NewOwned([], device);
        tensor.Write([value]);
        return tensor;
    }

    internal static Tensor Of(int value, Device device)
    {
        Tensor tensor = Tensor.NewOwned([], device, DType.Int32);
        tensor.Write([value]);
        return tensor;
    }

    internal static int Integer(Tensor tensor) => tensor.ToInt32Array()[0];

    /// <summary>Throws unless the state has exactly the entries wanted, of these types and shapes.</summary>
    internal static void Check(
        IReadOnlyDictionary<string, Tensor> state,
        IReadOnlyList<(string Name, DType Type, int[] Shape)> wanted)
    {
        HashSet<string> names = [.. wanted.Select(entry => entry.Name)];
        List<string> problems =
        [
            .. wanted.Where(entry => !state.ContainsKey(entry.Name))
                .Select(entry => $"{entry.Name} is missing"),
            .. state.Keys.Where(name => !names.Contains(name)).Select(name => $"{name} is unexpected"),
            .. wanted
                .Where(entry => state.TryGetValue(entry.Name, out Tensor? tensor)
                    && !(tensor.DType == entry.Type && tensor.Shape.SequenceEqual(entry.Shape)))
                .Select(entry => $"{entry.Name} is {Text(state[entry.Name])}, must be " +
                    $"{entry.Type} {Sizes.Text(entry.Shape)}"),
        ];
        if (problems.Count > 0)
        {
            string more = problems.Count > Listed ? $" and {problems.Count - Listed} more" : string.Empty;
            throw new ArgumentException(
                $"the state dict does not fit: {string.Join("; ", problems.Take(Listed))}{more}",
                nameof(state));
        }
    }

    private static string Text(Tensor tensor) => $"{tensor.DType} {Sizes.Text(tensor.Shape)}";
}
