namespace NativeRnn.Models;

/// <summary>Which layer has which tensors, where names of tensors begin with those of layers.</summary>
internal static class TensorOwners
{
    /// <summary>The tensors by the longest path that their name begins with; without any, by the empty one.</summary>
    /// <param name="paths">Of the layers.</param>
    /// <param name="tensors">With names of paths and what follows them.</param>
    /// <param name="separator">Between the parts of names.</param>
    internal static ILookup<string, TensorDescription> ByPath(
        IEnumerable<string> paths, IEnumerable<TensorDescription> tensors, char separator = '.')
    {
        HashSet<string> known = new(paths, StringComparer.Ordinal);
        return tensors.ToLookup(tensor => OwnerOf(tensor.Name, known, separator), StringComparer.Ordinal);
    }

    private static string OwnerOf(string name, HashSet<string> paths, char separator)
    {
        for (int end = name.LastIndexOf(separator); end > 0; end = name.LastIndexOf(separator, end - 1))
        {
            if (paths.Contains(name[..end]))
                return name[..end];
        }
        return "";
    }
}
