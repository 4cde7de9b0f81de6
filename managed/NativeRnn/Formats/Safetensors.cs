using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace NativeRnn.Formats;

/// <summary>
/// Reads and writes safetensors files: named tensors behind a JSON header. Float32 and int32 are
/// written; float64, float16 and bfloat16 are read as float32.
/// </summary>
public static class Safetensors
{
    // As in the format's specification: a larger header is an attack or damage.
    private const long MaxHeaderLength = 100_000_000;

    /// <summary>
    /// Writes tensors to a file. It appears whole or not at all: a file that was there stays until
    /// the new one is on the disk.
    /// </summary>
    /// <param name="path">The file; its directory must exist.</param>
    /// <param name="tensors">The tensors by name, of any shape and device; no name twice.</param>
    /// <param name="metadata">Texts by name to store with them, or null.</param>
    /// <exception cref="ArgumentException">
    /// A name is empty, reserved or there twice, or names and metadata are longer than a header may be.
    /// </exception>
    public static void Save(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        List<KeyValuePair<string, Tensor>> all = [.. tensors];
        CheckNames(all);
        byte[] header = WriteHeader(all, metadata);
        if (header.Length > MaxHeaderLength)
        {
            throw new ArgumentException(
                $"names, shapes and metadata make a header of {header.Length} bytes; the format allows " +
                $"{MaxHeaderLength}", nameof(metadata));
        }

        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (KeyValuePair<string, Tensor> tensor in all)
            {
                stream.Write(Bytes(tensor.Value));
            }
        });
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where the tensors go; null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ModelFormatException">
    /// It is no safetensors file, is truncated, or says things that contradict each other; the
    /// message says which.
    /// </exception>
    public static SafetensorsFile Load(string path, Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        SafetensorsHeader header = ReadHeader(path, stream);
        long data = stream.Position;
        Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
        foreach (SafetensorsEntry entry in header.Entries)
        {
            stream.Position = data + entry.Begin;
            tensors.Add(entry.Name, Read(stream, entry, device));
        }

        return new SafetensorsFile(tensors, header.Metadata);
    }

    private static void CheckNames(List<KeyValuePair<string, Tensor>> tensors)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in tensors)
        {
            if (string.IsNullOrEmpty(name) || name == SafetensorsHeader.MetadataName)
            {
                throw new ArgumentException($"'{name}' can't name a tensor", nameof(tensors));
            }

            if (!names.Add(name))
            {
                throw new ArgumentException($"two tensors are named '{name}'", nameof(tensors));
            }

            ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
        }
    }

    private static byte[] WriteHeader(
        List<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long offset = 0;
            foreach ((string name, Tensor tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", SafetensorsElement.Of(tensor.DType).Name);
                json.WriteStartArray("shape");
                foreach (int size in tensor.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset += 4 * tensor.Length;
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
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

    private static void WriteMetadata(
        Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null || metadata.Count == 0)
        {
            return;
        }

        json.WriteStartObject(SafetensorsHeader.MetadataName);
        foreach ((string name, string text) in metadata)
        {
            json.WriteString(name, text);
        }

        json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> Bytes(Tensor tensor) => tensor.DType == DType.Int32
        ? MemoryMarshal.AsBytes<int>(tensor.ToInt32Array())
        : MemoryMarshal.AsBytes<float>(tensor.ToArray());

    private static SafetensorsHeader ReadHeader(string path, FileStream stream)
    {
        if (stream.Length < 8)
        {
            throw new ModelFormatException(
                $"{path}: {stream.Length} bytes are no safetensors file, the header's length alone " +
                "takes 8");
        }

        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxHeaderLength || (long)length > stream.Length - 8)
        {
            throw new ModelFormatException(
                $"{path}: the header should have {length} bytes, the file has {stream.Length - 8} " +
                $"after its length, and a header at most {MaxHeaderLength}: it is truncated, " +
                "damaged or no safetensors file");
        }

        byte[] json = new byte[length];
        stream.ReadExactly(json);
        return SafetensorsHeader.Parse(path, json, stream.Length - stream.Position);
    }

    private static Tensor Read(FileStream stream, SafetensorsEntry entry, Device? device)
    {
        if (entry.Element.DType == DType.Int32)
        {
            int[] integers = new int[entry.Length];
            stream.ReadExactly(MemoryMarshal.AsBytes(integers.AsSpan()));
            return Tensor.From(integers, entry.Shape, device);
        }

        float[] values = new float[entry.Length];
        if (entry.Element == SafetensorsElement.Float32)
        {
            stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
            return Tensor.From(values, entry.Shape, device);
        }

        byte[] chunk = new byte[entry.Element.Size * Math.Min(entry.Length, 1 << 16)];
        for (int done = 0; done < values.Length;)
        {
            int count = Math.Min(values.Length - done, 1 << 16);
            Span<byte> bytes = chunk.AsSpan(0, count * entry.Element.Size);
            stream.ReadExactly(bytes);
            entry.Element.ToFloats(bytes, values.AsSpan(done, count));
            done += count;
        }

        return Tensor.From(values, entry.Shape, device);
    }
}
