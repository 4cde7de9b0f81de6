using System.Text.Json;

namespace NativeRnn.Formats;

/// <summary>One tensor of a header: its bytes are begin .. end - 1 of the data.</summary>
internal readonly record struct SafetensorsEntry(
    string Name, SafetensorsElement Element, int[] Shape, long Length, long Begin, long End);

/// <summary>
/// The header of a safetensors file, read without trust: each statement is checked against the
/// others and against the file's size before anything is allocated.
/// </summary>
internal sealed class SafetensorsHeader
{
    internal const string MetadataName = "__metadata__";

    // Of one tensor, so that its bytes fit into a span.
    private const long MaxLength = int.MaxValue / sizeof(float);

    private readonly string _path;
    private readonly List<SafetensorsEntry> _entries = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private SafetensorsHeader(string path) => _path = path;

    internal IReadOnlyList<SafetensorsEntry> Entries => _entries;

    internal IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads the header's JSON; dataLength: bytes that follow it.</summary>
    internal static SafetensorsHeader Parse(string path, ReadOnlyMemory<byte> json, long dataLength)
    {
        SafetensorsHeader header = new(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            header.ReadAll(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw header.Invalid($"the header is not JSON: {exception.Message}");
        }

        header.CheckCover(dataLength);
        return header;
    }

    private static bool TryInt64(JsonElement element, out long value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out value);
    }

    private void ReadAll(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Invalid("the header is not a JSON object");
        }

        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (!_names.Add(property.Name))
            {
                throw Invalid($"'{property.Name}' stands in the header twice");
            }

            if (property.Name == MetadataName)
            {
                ReadMetadata(property.Value);
            }
            else
            {
                _entries.Add(ReadEntry(property.Name, property.Value));
            }
        }
    }

    private void ReadMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
        {
            throw Invalid($"{MetadataName} is not a JSON object");
        }

        foreach (JsonProperty property in metadata.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
            {
                throw Invalid($"'{property.Name}' of {MetadataName} is not a text");
            }

            _metadata[property.Name] = property.Value.GetString()!;
        }
    }

    private SafetensorsEntry ReadEntry(string name, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object
            || !entry.TryGetProperty("dtype", out JsonElement dtype)
            || dtype.ValueKind != JsonValueKind.String
            || !entry.TryGetProperty("shape", out JsonElement shape)
            || !entry.TryGetProperty("data_offsets", out JsonElement offsets))
        {
            throw Invalid($"tensor '{name}' lacks a dtype, a shape or data_offsets");
        }

        SafetensorsElement element = SafetensorsElement.FromName(dtype.GetString()!)
            ?? throw Invalid($"tensor '{name}' has the dtype {dtype.GetString()}; " +
                $"{SafetensorsElement.Names} can be read");
        (int[] sizes, long length) = ReadShape(name, shape);
        (long begin, long end) = ReadOffsets(name, offsets);
        if (end - begin != length * element.Size)
        {
            throw Invalid(
                $"tensor '{name}' has {end - begin} bytes, its shape [{string.Join(", ", sizes)}] " +
                $"of {element.Name} needs {length * element.Size}");
        }

        return new SafetensorsEntry(name, element, sizes, length, begin, end);
    }

    private (int[] Sizes, long Length) ReadShape(string name, JsonElement shape)
    {
        if (shape.ValueKind != JsonValueKind.Array || shape.GetArrayLength() > 8)
        {
            throw Invalid($"tensor '{name}': the shape is not an array of at most 8 sizes");
        }

        int[] sizes = new int[shape.GetArrayLength()];
        long length = 1;
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (!TryInt64(shape[axis], out long size) || size < 0 || size > int.MaxValue)
            {
                throw Invalid($"tensor '{name}': size {axis} of the shape is no number from 0 to " +
                    $"{int.MaxValue}");
            }

            sizes[axis] = (int)size;
            length *= size;
            if (length > MaxLength)
            {
                throw Invalid($"tensor '{name}' has more than {MaxLength} elements");
            }
        }

        return (sizes, length);
    }

    private (long Begin, long End) ReadOffsets(string name, JsonElement offsets)
    {
        if (offsets.ValueKind != JsonValueKind.Array || offsets.GetArrayLength() != 2
            || !TryInt64(offsets[0], out long begin) || !TryInt64(offsets[1], out long end)
            || begin < 0 || end < begin)
        {
            throw Invalid($"tensor '{name}': data_offsets are not two numbers in order");
        }

        return (begin, end);
    }

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

    private ModelFormatException Invalid(string what) => new($"{_path}: {what}");
}
