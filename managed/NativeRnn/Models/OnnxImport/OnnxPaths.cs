namespace NativeRnn.Models;

/// <summary>
/// Where in a module what has a name in an ONNX graph is put: dots part modules. A name that then stands in another's
/// way keeps its place at the top, with underscores.
/// </summary>
internal sealed class OnnxPaths
{
    private const int MostParts = 16;

    private readonly HashSet<string> _leaves = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    // The last one that was put behind a name.
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>The names of the modules, and last what stands in them.</summary>
    internal string[] Add(string name)
    {
        string[] parts = name.Split('.');
        if (parts.Length > MostParts || Array.Exists(parts, part => part.Length == 0) || !Fits(parts))
            parts = [Unused(name.Replace('.', '_'))];
        _leaves.Add(string.Join('.', parts));
        for (int count = 1; count < parts.Length; count++)
            _folders.Add(string.Join('.', parts[..count]));
        return parts;
    }

    private bool Fits(string[] parts)
    {
        string path = string.Join('.', parts);
        if (_leaves.Contains(path) || _folders.Contains(path))
            return false;
        for (int count = 1; count < parts.Length; count++)
        {
            if (_leaves.Contains(string.Join('.', parts[..count])))
                return false;
        }

        return true;
    }

    private string Unused(string name)
    {
        string unused = name;
        int number = _numbers.GetValueOrDefault(name, 1);
        while (!Fits([unused]))
            unused = $"{name}_{++number}";
        _numbers[name] = number;
        return unused;
    }
}
