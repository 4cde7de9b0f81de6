using System.Text.Json;

namespace NativeRnn.Formats;

/// <summary>
/// The header of a safetensors file, read without trust: each statement is checked against the
/// others and against the file's size, and what is kept of it has a limit.
/// </summary>
internal sealed class SafetensorsHeader
{
    internal const string MetadataName = "__metadata__";

    /// <summary>Bytes. The format allows 100 MB, most of which nobody has ever needed.</summary>
    internal const int MaxLength = 1 << 25;

    /// <summary>Tensors, and texts of the metadata, of a file.</summary>
    internal const int MaxCount = 1 << 16;

    /// <summary>Bytes of a tensor's name, as written.</summary>
    internal const int MaxNameLength = 4096;

    // Entries are two levels deep.
    private const int MaxDepth = 8;

    private readonly string _path;
    private readonly List<SafetensorsEntry> _entries = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private SafetensorsHeader(string path) => _path = path;

    /// <summary>The tensors, in the header's order.</summary>
    internal IReadOnlyList<SafetensorsEntry> Entries => _entries;

    /// <summary>All texts, the checksum among them.</summary>
    internal IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The header of a file, without a look at the data.</summary>
    internal static SafetensorsHeader Read(string path)
    {
        using SafetensorsReader reader = SafetensorsReader.Open(path);
        return reader.Header;
    }

    /// <summary>Reads the header's JSON; dataLength: bytes that follow it.</summary>
    internal static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long dataLength)
    {
        SafetensorsHeader header = new(path);
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            header.ReadAll(ref reader);
        }
        catch (JsonException exception)
        {
            throw header.Invalid($"it is not JSON: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // A text that is not UTF-8, or has half of a surrogate pair.
            throw header.Invalid($"it is not JSON: {exception.Message}", exception);
        }

        header.CheckCover(dataLength);
        return header;
    }

    private void ReadAll(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Invalid("it is not a JSON object");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = Text(ref reader, "a name", MaxNameLength);
            if (!_names.Add(name))
            {
                throw Invalid($"'{name}' stands there twice");
            }

            reader.Read();
            if (name == MetadataName)
            {
                ReadMetadata(ref reader);
            }
            else
            {
                _entries.Add(new SafetensorsEntryReader(_path, name).Read(ref reader));
            }

            if (_entries.Count > MaxCount)
            {
                throw Invalid($"it has more than {MaxCount} tensors");
            }
        }

        // Throws if something follows.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Invalid($"{MetadataName} is not a JSON object");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = Text(ref reader, "a name", MaxNameLength);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw Invalid($"'{name}' of {MetadataName} is not a text");
            }

            if (!_metadata.TryAdd(name, reader.GetString()!))
            {
                throw Invalid($"'{name}' stands twice in {MetadataName}");
            }

            if (_metadata.Count > MaxCount)
            {
                throw Invalid($"{MetadataName} has more than {MaxCount} texts");
            }
        }
    }

    private string Text(ref Utf8JsonReader reader, string what, int most) => reader.ValueSpan.Length <= most
        ? reader.GetString()!
        : throw Invalid($"{what} has {reader.ValueSpan.Length} bytes, at most {most} are allowed");

    // The tensors must cover the data exactly: no hole, no overlap, nothing past the end.
    private void CheckCover(long dataLength)
    {
        long next = 0;
        foreach (SafetensorsEntry entry in _entries.OrderBy(entry => entry.Begin)
            .ThenBy(entry => entry.End))
        {
            if (entry.End > dataLength)
            {
                throw Invalid($"tensor '{entry.Name}' ends at byte {entry.End} of the data, which " +
                    $"has {dataLength}: the file is truncated or damaged");
            }

            if (entry.Begin != next)
            {
                throw Invalid($"tensor '{entry.Name}' begins at byte {entry.Begin} of the data, " +
                    $"the one before it ends at {next}");
            }

            next = entry.End;
        }

        if (next != dataLength)
        {
            throw Invalid($"{dataLength - next} bytes after the last tensor belong to none");
        }
    }

    private ModelFormatException Invalid(string what, Exception? inner = null) =>
        new(_path, "header", what, inner);
}
