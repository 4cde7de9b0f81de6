namespace NativeRnn.Formats;

/// <summary>The members of a group: a tree of nodes with names in a heap and addresses.</summary>
internal sealed class Hdf5SymbolTable
{
    private const int MaxLevel = 16;
    private const int HeapHeadLength = 32;
    private const int NodeHeadLength = 24;
    private const int EntryLength = 40;
    private const uint SoftLink = 2;

    private readonly Hdf5Source _source;
    private readonly string _group;
    private readonly byte[] _names;
    private readonly Dictionary<string, ulong> _members = new(StringComparer.Ordinal);

    private Hdf5SymbolTable(Hdf5Source source, string group, byte[] names)
    {
        _source = source;
        _group = group;
        _names = names;
    }

    /// <summary>Reads all members: the addresses of their headers by name.</summary>
    internal static Dictionary<string, ulong> Read(Hdf5Source source, ulong tree, ulong heap, string group)
    {
        Hdf5SymbolTable table = new(source, group, ReadNames(source, heap, group));
        table.ReadNode(tree, null);
        return table._members;
    }

    private static byte[] ReadNames(Hdf5Source source, ulong address, string group)
    {
        string what = $"the names in {group}";
        Hdf5Cursor heap = source.Read(address, HeapHeadLength, what);
        heap.RequireSignature("HEAP"u8);
        heap.RequireVersion(heap.Byte(), 0);
        heap.Skip(3);
        ulong length = heap.UInt64();
        heap.Skip(8);
        Hdf5Cursor names = source.Read(heap.UInt64(), length, what);
        return names.Take(names.Left).ToArray();
    }

    private void ReadNode(ulong address, int? wantedLevel)
    {
        string what = $"the members of {_group}";
        Hdf5Cursor node = _source.Read(address, NodeHeadLength, what);
        node.RequireSignature("TREE"u8);
        int type = node.Byte();
        int level = node.Byte();
        int children = node.UInt16();
        if (type != 0 || level > MaxLevel || (wantedLevel is int wanted && level != wanted))
        {
            throw node.Invalid($"a tree of type {type} and level {level} does not fit here: the file is damaged");
        }

        // Between two keys stands a child.
        Hdf5Cursor entries = _source.Read(address + NodeHeadLength, (ulong)(16 * children) + 8, what);
        for (int child = 0; child < children; child++)
        {
            entries.Skip(8);
            ulong at = entries.UInt64();
            if (level > 0)
            {
                ReadNode(at, level - 1);
            }
            else
            {
                ReadLeaf(at);
            }
        }
    }

    private void ReadLeaf(ulong address)
    {
        string what = $"the members of {_group}";
        Hdf5Cursor head = _source.Read(address, 8, what);
        head.RequireSignature("SNOD"u8);
        head.RequireVersion(head.Byte(), 1);
        head.Skip(1);
        int count = head.UInt16();
        Hdf5Cursor entries = _source.Read(address + 8, (ulong)(EntryLength * count), what);
        for (int index = 0; index < count; index++)
        {
            string name = NameAt(entries.UInt64(), entries);
            ulong at = entries.UInt64();
            if (entries.UInt32() == SoftLink)
            {
                throw entries.Invalid($"'{PrintableText.Of(name)}' is a soft link; such are not read");
            }

            entries.Skip(20);
            if (!_members.TryAdd(name, at))
            {
                throw entries.Invalid($"two members are named '{PrintableText.Of(name)}'");
            }
        }
    }

    private string NameAt(ulong offset, Hdf5Cursor entry)
    {
        int end = offset < (ulong)_names.Length ? _names.AsSpan((int)offset).IndexOf((byte)0) : -1;
        if (end <= 0)
        {
            throw entry.Invalid(
                $"no name at byte {offset} of the heap, which has {_names.Length}: the file is damaged");
        }

        string name = entry.Utf8(_names.AsSpan((int)offset, end));
        return !name.Contains('/', StringComparison.Ordinal) && name is not ("." or "..")
            ? name
            : throw entry.Invalid($"the name '{PrintableText.Of(name)}' is a path");
    }
}
