using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using NativeRnn.Interop;

namespace NativeRnn.Formats;

/// <summary>
/// Reads and writes safetensors files: named tensors behind a JSON header. Float32 and int32 are
/// written; float64, float16 and bfloat16 are read as float32, integers of other sizes and truth values as
/// int32. Files that are written here carry a checksum, which reading compares.
/// </summary>
public static class Safetensors
{
    // Elements that are written at a time.
    private const int ChunkLength = 1 << 16;

    /// <summary>
    /// Writes tensors to a file. It appears whole or not at all: a file that was there stays until
    /// the new one is on the disk.
    /// </summary>
    /// <param name="path">The file; its directory must exist.</param>
    /// <param name="tensors">The tensors by name, of any shape and device; no name twice.</param>
    /// <param name="metadata">Texts by name to store with them, or null.</param>
    /// <exception cref="ArgumentException">
    /// A name is empty, too long, reserved or there twice, or names and metadata are longer than a header may
    /// be.
    /// </exception>
    public static void Save(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        List<KeyValuePair<string, Tensor>> all = [.. tensors];
        metadata ??= new Dictionary<string, string>();
        CheckNames(all, metadata);
        List<SafetensorsEntry> entries = Layout(all);
        byte[] header = WriteHeader(entries, metadata, SafetensorsChecksum.Placeholder);
        if (header.Length > SafetensorsHeader.MaxLength)
        {
            throw new ArgumentException(
                $"names, shapes and metadata make a header of {header.Length} bytes; at most " +
                $"{SafetensorsHeader.MaxLength} are read", nameof(metadata));
        }

        AtomicFile.Write(path, stream =>
        {
            // The header comes last, since it tells the data's checksum.
            SafetensorsChecksum checksum = new(entries, metadata);
            stream.Position = sizeof(long) + header.Length;
            foreach (KeyValuePair<string, Tensor> tensor in all)
            {
                WriteData(stream, tensor.Value, checksum);
            }

            Span<byte> length = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Position = 0;
            stream.Write(length);
            stream.Write(WriteHeader(entries, metadata, checksum.Text));
        });
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file. No other program may make it shorter meanwhile.</param>
    /// <param name="device">Where the tensors go; null: <see cref="Device.Default"/>.</param>
    /// <returns>The tensors, in memory of their own also while a tape is on.</returns>
    /// <exception cref="ModelFormatException">
    /// It is no safetensors file, is truncated or damaged, says things that contradict each other, or has
    /// elements that are not read (F8_E4M3, F8_E5M2, C64; integers beyond int32); the message says which.
    /// </exception>
    public static SafetensorsFile Load(string path, Device? device = null)
    {
        using SafetensorsReader reader = SafetensorsReader.Open(path);
        reader.Verify();
        Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
        try
        {
            foreach (SafetensorsEntry entry in reader.Header.Entries)
            {
                tensors.Add(entry.Name, reader.Read(entry, device ?? Device.Default));
            }
        }
        catch
        {
            foreach (Tensor tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }

        return new SafetensorsFile(tensors, reader.Metadata);
    }

    private static void CheckNames(
        List<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        if (tensors.Count > SafetensorsHeader.MaxCount)
        {
            throw new ArgumentException(
                $"{tensors.Count} tensors are too many: a file has at most {SafetensorsHeader.MaxCount}",
                nameof(tensors));
        }

        HashSet<string> names = new(StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in tensors)
        {
            // Of six bytes each in the header, at most.
            if (string.IsNullOrEmpty(name) || name == SafetensorsHeader.MetadataName
                || name.Length > SafetensorsHeader.MaxNameLength / 6)
            {
                throw new ArgumentException($"'{name}' can't name a tensor", nameof(tensors));
            }

            if (!names.Add(name))
            {
                throw new ArgumentException($"two tensors are named '{name}'", nameof(tensors));
            }

            ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
        }

        CheckMetadata(metadata);
    }

    private static void CheckMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.ContainsKey(SafetensorsChecksum.MetadataName))
        {
            throw new ArgumentException(
                $"'{SafetensorsChecksum.MetadataName}' is the library's own", nameof(metadata));
        }

        // With the checksum.
        if (metadata.Count >= SafetensorsHeader.MaxCount
            || metadata.Keys.Any(name => name.Length > SafetensorsHeader.MaxNameLength / 6))
        {
            throw new ArgumentException(
                $"the metadata are {metadata.Count} texts; there may be {SafetensorsHeader.MaxCount - 1}, " +
                $"with names of up to {SafetensorsHeader.MaxNameLength / 6} characters", nameof(metadata));
        }
    }

    private static List<SafetensorsEntry> Layout(List<KeyValuePair<string, Tensor>> tensors)
    {
        List<SafetensorsEntry> entries = [];
        long begin = 0;
        foreach ((string name, Tensor tensor) in tensors)
        {
            SafetensorsElement element = SafetensorsElement.Of(tensor.DType);
            long end = begin + (element.Size * tensor.Length);
            int[] shape = tensor.Shape.ToArray();
            entries.Add(new SafetensorsEntry(name, element, shape, tensor.Length, begin, end));
            begin = end;
        }

        return entries;
    }

    private static byte[] WriteHeader(
        List<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata, string checksum)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(
            buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject(SafetensorsHeader.MetadataName);
            foreach ((string name, string text) in metadata)
            {
                json.WriteString(name, text);
            }

            json.WriteString(SafetensorsChecksum.MetadataName, checksum);
            json.WriteEndObject();
            foreach (SafetensorsEntry entry in entries)
            {
                WriteEntry(json, entry);
            }

            json.WriteEndObject();
        }

        // Spaces bring the data to a multiple of 8 bytes.
        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsEntry entry)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", entry.Element.Name);
        json.WriteStartArray("shape");
        foreach (int size in entry.Shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(entry.Begin);
        json.WriteNumberValue(entry.End);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteData(Stream stream, Tensor tensor, SafetensorsChecksum checksum)
    {
        int[] room = ArrayPool<int>.Shared.Rent(ChunkLength);
        try
        {
            for (long done = 0; done < tensor.Length;)
            {
                int count = (int)Math.Min(tensor.Length - done, ChunkLength);
                Span<int> values = room.AsSpan(0, count);
                if (tensor.DType == DType.Int32)
                {
                    Ops.Read(tensor, done, values);
                }
                else
                {
                    Ops.Read(tensor, done, MemoryMarshal.Cast<int, float>(values));
                }

                checksum.Append(MemoryMarshal.AsBytes(values));
                stream.Write(MemoryMarshal.AsBytes(values));
                done += count;
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(room);
        }
    }
}
