namespace NativeRnn.Formats;

/// <summary>A group of an HDF5 file: groups and datasets by name, and attributes.</summary>
internal sealed class Hdf5Group
{
    private const int SymbolTable = 0x11;
    private const int LinkInfo = 0x02;
    private const int Link = 0x06;

    // Groups that hold themselves would make a path of any length lead somewhere.
    private const int MaxDepth = 32;

    private readonly Hdf5Source _source;
    private readonly Hdf5Object _object;
    private readonly Dictionary<string, ulong> _members;
    private readonly Dictionary<string, Hdf5Group> _groups = new(StringComparer.Ordinal);

    /// <param name="source">The file.</param>
    /// <param name="address">Of the group's header.</param>
    /// <param name="path">From the root, for messages.</param>
    internal Hdf5Group(Hdf5Source source, ulong address, string path)
        : this(source, new Hdf5Object(source, address, path))
    {
    }

    private Hdf5Group(Hdf5Source source, Hdf5Object group)
    {
        _source = source;
        _object = group;
        if (!group.Has(SymbolTable))
        {
            bool compact = group.Has(Link) || group.Has(LinkInfo);
            throw source.Invalid(
                group.Address,
                compact
                    ? $"{group.Path} keeps its members as links; h5py writes a symbol table unless told " +
                        "track_order=True"
                    : $"{group.Path} is no group");
        }

        Hdf5Cursor table = group.Message(SymbolTable, "a symbol table");
        _members = Hdf5SymbolTable.Read(source, table.UInt64(), table.UInt64(), group.Path);
    }

    internal string Path => _object.Path;

    /// <summary>The names of what is in it.</summary>
    internal IReadOnlyCollection<string> Names => _members.Keys;

    internal bool Contains(string name) => _members.ContainsKey(name);

    /// <summary>A group in it; null: there is nothing of this name.</summary>
    internal Hdf5Group? FindGroup(string name)
    {
        if (!_groups.TryGetValue(name, out Hdf5Group? group) && _members.TryGetValue(name, out ulong address))
        {
            group = new Hdf5Group(_source, address, Join(name));
            _groups.Add(name, group);
        }

        return group;
    }

    internal Hdf5Group Group(string name) => FindGroup(name) ?? throw Missing(name);

    /// <summary>A dataset in it, or in groups in it: names are separated by slashes.</summary>
    internal Hdf5Dataset Dataset(string path)
    {
        string[] names = path.Split('/');
        if (names.Length > MaxDepth)
        {
            throw new ModelFormatException(
                _source.Path, Path,
                $"'{PrintableText.Of(path)}' goes through {names.Length} groups, at most {MaxDepth} are read");
        }

        Hdf5Group holder = this;
        foreach (string name in names[..^1])
        {
            holder = holder.Group(name);
        }

        return holder._members.TryGetValue(names[^1], out ulong address)
            ? new Hdf5Dataset(new Hdf5Object(_source, address, holder.Join(names[^1])))
            : throw holder.Missing(names[^1]);
    }

    /// <summary>An attribute; null: there is none of this name.</summary>
    internal Hdf5Attribute? FindAttribute(string name) => _object.Attributes.GetValueOrDefault(name);

    /// <summary>An attribute that must be there.</summary>
    internal Hdf5Attribute Attribute(string name) => FindAttribute(name) ?? throw new ModelFormatException(
        _source.Path, Path, $"the attribute '{name}' is missing");

    private string Join(string name) => $"{Path.TrimEnd('/')}/{PrintableText.Of(name)}";

    private ModelFormatException Missing(string name)
    {
        string others = PrintableText.Of(string.Join(", ", Names.Take(20)));
        return new ModelFormatException(
            _source.Path, Path, $"'{PrintableText.Of(name)}' is missing; there are: {others}");
    }
}
