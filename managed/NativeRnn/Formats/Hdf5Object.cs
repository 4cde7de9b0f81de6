namespace NativeRnn.Formats;

/// <summary>The messages of an object's header: what it is, its attributes, where its data lie.</summary>
internal sealed class Hdf5Object
{
    private const int MaxBlocks = 1024;
    private const int Continuation = 0x10;
    private const int Attribute = 0x0c;
    private const int AttributeInfo = 0x15;
    private const int SharedFlag = 2;

    private readonly List<(int Type, Hdf5Cursor Data)> _messages = [];

    internal Hdf5Object(Hdf5Source source, ulong address, string path)
    {
        Path = path;
        Source = source;
        Address = address;
        Hdf5Cursor header = source.Read(address, 16, $"the header of {path}");
        header.RequireVersion(header.Byte(), 1);
        header.Skip(1);
        int messages = header.UInt16();
        header.Skip(4);
        uint length = header.UInt32();
        Queue<(ulong Offset, ulong Length)> blocks = new([(address + 16, length)]);
        for (int count = 0; blocks.TryDequeue(out (ulong Offset, ulong Length) block); count++)
        {
            if (count == MaxBlocks)
            {
                throw header.Invalid($"more than {MaxBlocks} blocks: the file is damaged");
            }

            ReadBlock(source.Read(block.Offset, block.Length, $"the header of {path}"), messages, blocks);
        }

        if (_messages.Count != messages)
        {
            throw header.Invalid($"{_messages.Count} messages, should be {messages}: the file is damaged");
        }

        Attributes = ReadAttributes();
    }

    internal string Path { get; }

    internal Hdf5Source Source { get; }

    internal ulong Address { get; }

    /// <summary>The attributes by name.</summary>
    internal IReadOnlyDictionary<string, Hdf5Attribute> Attributes { get; }

    internal bool Has(int type) => _messages.Exists(message => message.Type == type);

    /// <summary>The only message of a type.</summary>
    internal Hdf5Cursor Message(int type, string what)
    {
        List<(int Type, Hdf5Cursor Data)> found = _messages.FindAll(message => message.Type == type);
        return found.Count == 1
            ? found[0].Data
            : throw Source.Invalid(Address, $"{Path} has {found.Count} messages of {what}, should have one");
    }

    private void ReadBlock(Hdf5Cursor block, int messages, Queue<(ulong Offset, ulong Length)> blocks)
    {
        // Each message takes eight bytes at least; less than that is a gap.
        while (block.Left >= 8 && _messages.Count < messages)
        {
            int type = block.UInt16();
            int length = block.UInt16();
            int flags = block.Byte();
            block.Skip(3);
            if ((flags & SharedFlag) != 0)
            {
                throw block.Invalid($"a shared message (type {type}); files with such are not read");
            }

            Hdf5Cursor data = block.Part(length, $"message {type} of {Path}");
            _messages.Add((type, data));
            if (type == Continuation)
            {
                blocks.Enqueue((data.UInt64(), data.UInt64()));
            }
        }
    }

    private Dictionary<string, Hdf5Attribute> ReadAttributes()
    {
        Dictionary<string, Hdf5Attribute> attributes = new(StringComparer.Ordinal);
        foreach ((int type, Hdf5Cursor data) in _messages)
        {
            if (type == AttributeInfo)
            {
                throw data.Invalid("attributes in a heap of their own; h5py writes them unless told track_order=True");
            }

            if (type != Attribute)
            {
                continue;
            }

            Hdf5Attribute attribute = new(Source, data, Path);
            if (!attributes.TryAdd(attribute.Name, attribute))
            {
                throw data.Invalid($"two attributes are named '{PrintableText.Of(attribute.Name)}'");
            }
        }

        return attributes;
    }
}
