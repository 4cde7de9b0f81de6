namespace NativeRnn.Formats;

/// <summary>A named text, or array of texts, of a group or dataset.</summary>
internal sealed class Hdf5Attribute
{
    private readonly Hdf5Source _source;
    private readonly Hdf5Cursor _values;
    private readonly Hdf5Type _type;
    private readonly Hdf5Space _space;
    private string[]? _texts;

    internal Hdf5Attribute(Hdf5Source source, Hdf5Cursor message, string ofPath)
    {
        _source = source;
        int version = message.Byte();
        if (version is < 1 or > 3)
        {
            message.RequireVersion(version, 1);
        }

        int flags = message.Byte();
        if (version > 1 && flags != 0)
        {
            throw message.Invalid("an attribute with a shared type; such are not read");
        }

        int nameLength = message.UInt16();
        int typeLength = message.UInt16();
        int spaceLength = message.UInt16();
        message.Skip(version == 3 ? 1 : 0);
        int Padded(int length) => version == 1 ? (length + 7) / 8 * 8 : length;
        Name = message.Part(Padded(nameLength), $"an attribute's name of {ofPath}").Name(nameLength);
        string what = $"the attribute '{PrintableText.Of(Name)}' of {ofPath}";
        _type = Hdf5Type.Read(message.Part(Padded(typeLength), what));
        _space = Hdf5Space.Read(message.Part(Padded(spaceLength), what));
        _values = message.Part(message.Left, what);
    }

    internal string Name { get; }

    /// <summary>The text of an attribute that is one.</summary>
    internal string Text()
    {
        string[] texts = Texts();
        return texts.Length == 1 ? texts[0] : throw _values.Invalid($"{texts.Length} texts, should be one");
    }

    /// <summary>All texts. An empty array may have any type: numpy's has that of floats.</summary>
    internal string[] Texts()
    {
        if (_texts is not null)
        {
            return _texts;
        }

        if (_space.Count > 0 && _type.Kind is not (Hdf5Kind.Text or Hdf5Kind.FixedText))
        {
            throw _values.Invalid($"{_type.Description}, should be texts");
        }

        if (_space.Count * _type.Size > _values.Left)
        {
            throw _values.Invalid(
                $"{_space.Count} texts of {_type.Size} bytes in {_values.Left} bytes: the file is damaged");
        }

        string[] texts = new string[_space.Count];
        for (int index = 0; index < texts.Length; index++)
        {
            texts[index] = _type.Kind == Hdf5Kind.FixedText ? _values.Name(_type.Size) : ReadFromHeap();
        }

        return _texts = texts;
    }

    private string ReadFromHeap()
    {
        uint length = _values.UInt32();
        ulong heap = _values.UInt64();
        uint index = _values.UInt32();
        if (length == 0)
        {
            return "";
        }

        ReadOnlySpan<byte> bytes = Hdf5GlobalHeap.Read(_source, heap, index);
        return length <= bytes.Length
            ? _values.Utf8(bytes[..(int)length])
            : throw _values.Invalid($"a text of {length} bytes in {bytes.Length} of a heap: the file is damaged");
    }
}
