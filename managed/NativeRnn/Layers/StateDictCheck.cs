namespace NativeRnn.Layers;

/// <summary>Compares a state dict with what a module wants.</summary>
internal static class StateDictCheck
{
    // So many names of a kind are listed; the rest is counted.
    private const int Listed = 8;

    internal static void Run(
        IReadOnlyList<(string Name, Parameter Parameter, ParameterView View)> wanted,
        IReadOnlyDictionary<string, StateEntry> state,
        bool strict)
    {
        List<string> problems = [];
        if (strict)
        {
            HashSet<string> names = [.. wanted.Select(view => view.Name)];
            Add(problems, "missing", wanted.Select(view => view.Name).Where(
                name => !state.ContainsKey(name)));
            Add(problems, "unexpected", state.Keys.Where(name => !names.Contains(name)));
        }

        Add(problems, "of another shape", wanted
            .Where(view => state.TryGetValue(view.Name, out StateEntry entry) && !entry.Fits(view.View))
            .Select(view => $"{view.Name} (has {state[view.Name]}, needs " +
                $"{DType.Float32} [{string.Join(", ", view.View.Shape)}])"));
        if (problems.Count > 0)
        {
            throw new ArgumentException(
                $"the state dict does not fit: {string.Join("; ", problems)}", nameof(state));
        }
    }

    private static void Add(List<string> problems, string kind, IEnumerable<string> names)
    {
        List<string> all = [.. names];
        if (all.Count > 0)
        {
            string more = all.Count > Listed ? $" and {all.Count - Listed} more" : string.Empty;
            problems.Add($"{kind}: {string.Join(", ", all.Take(Listed))}{more}");
        }
    }
}
