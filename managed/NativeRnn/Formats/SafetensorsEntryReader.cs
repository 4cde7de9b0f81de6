using System.Text.Json;

namespace NativeRnn.Formats;

/// <summary>Reads what a header says of one tensor.</summary>
internal sealed class SafetensorsEntryReader(string path, string name)
{
    private const int MaxRank = 8;
    private const int MaxTypeLength = 64;

    private SafetensorsElement? _element;
    private int[]? _shape;
    private long _length;
    private (long Begin, long End)? _offsets;

    /// <param name="reader">At the entry's first token; then at its last.</param>
    internal SafetensorsEntry Read(ref Utf8JsonReader reader)
    {
        if (name.Length == 0)
        {
            throw Invalid("a tensor must have a name");
        }

        bool isObject = reader.TokenType == JsonTokenType.StartObject;
        while (isObject && reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            ReadProperty(ref reader);
        }

        if (_element is null || _shape is null || _offsets is not (long begin, long end))
        {
            throw Invalid("it lacks a dtype, a shape or data_offsets");
        }

        if (end - begin != _length * _element.Size)
        {
            throw Invalid(
                $"it has {end - begin} bytes, its shape [{string.Join(", ", _shape)}] of " +
                $"{_element.Name} needs {_length * _element.Size}");
        }

        return new SafetensorsEntry(name, _element, _shape, _length, begin, end);
    }

    private void ReadProperty(ref Utf8JsonReader reader)
    {
        bool isType = reader.ValueTextEquals("dtype"u8);
        bool isShape = reader.ValueTextEquals("shape"u8);
        bool isOffsets = reader.ValueTextEquals("data_offsets"u8);
        reader.Read();
        if ((isType && _element is not null) || (isShape && _shape is not null)
            || (isOffsets && _offsets is not null))
        {
            throw Invalid("a property stands there twice");
        }

        if (isType)
        {
            ReadType(ref reader);
        }
        else if (isShape)
        {
            ReadShape(ref reader);
        }
        else if (isOffsets)
        {
            ReadOffsets(ref reader);
        }
        else
        {
            // What a later version of the format may add.
            reader.Skip();
        }
    }

    private void ReadType(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > MaxTypeLength)
        {
            throw Invalid("the dtype is not a short text");
        }

        string type = reader.GetString()!;
        _element = SafetensorsElement.FromName(type)
            ?? throw Invalid($"the dtype is {type}; {SafetensorsElement.Names} can be read");
    }

    private void ReadShape(ref Utf8JsonReader reader)
    {
        List<int> sizes = [];
        _length = 1;
        bool isArray = reader.TokenType == JsonTokenType.StartArray;
        while (isArray && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!TryInt64(ref reader, out long size) || size < 0 || size > int.MaxValue)
            {
                throw Invalid($"size {sizes.Count} of the shape is no number from 0 to {int.MaxValue}");
            }

            sizes.Add((int)size);
            _length *= size;
            isArray = sizes.Count <= MaxRank;
            if (_length > Array.MaxLength)
            {
                throw Invalid($"it has more than {Array.MaxLength} elements");
            }
        }

        _shape = isArray
            ? [.. sizes]
            : throw Invalid($"the shape is not an array of at most {MaxRank} sizes");
    }

    private void ReadOffsets(ref Utf8JsonReader reader)
    {
        Span<long> offsets = stackalloc long[2];
        int count = 0;
        bool good = reader.TokenType == JsonTokenType.StartArray;
        while (good && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            good = count < 2 && TryInt64(ref reader, out offsets[count++]);
        }

        _offsets = good && count == 2 && offsets[0] >= 0 && offsets[1] >= offsets[0]
            ? (offsets[0], offsets[1])
            : throw Invalid("data_offsets are not two numbers in order");
    }

    private static bool TryInt64(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value);
    }

    private ModelFormatException Invalid(string what) => new(path, $"tensor '{name}'", what);
}
