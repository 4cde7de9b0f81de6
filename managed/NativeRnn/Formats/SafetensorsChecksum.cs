using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace NativeRnn.Formats;

/// <summary>
/// What files of this library say of themselves in their metadata: a hash (XxHash128) of the names, types,
/// shapes and places of the tensors, of the other metadata, and of the data. A changed bit that leaves the
/// header in order, such as one of a weight or of a setting, is found by it. It is no protection from people
/// who mean harm: they can compute it.
/// </summary>
internal sealed class SafetensorsChecksum
{
    internal const string MetadataName = "nativernn.checksum";
    private const string Method = "xxh128:";

    private readonly XxHash128 _hash = new();

    /// <summary>A hash that the data are still to be added to, in their order in the file.</summary>
    internal SafetensorsChecksum(
        IEnumerable<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        // Orders that do not depend on the header's: another program may write the same header anew.
        foreach ((string name, string text) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (name != MetadataName)
            {
                Append(name);
                Append(text);
            }
        }

        foreach (SafetensorsEntry entry in entries.OrderBy(entry => entry.Begin)
            .ThenBy(entry => entry.End).ThenBy(entry => entry.Name, StringComparer.Ordinal))
        {
            Append(entry.Name);
            Append(entry.Element.Name);
            Append(entry.Shape.Length);
            foreach (int size in entry.Shape)
            {
                Append(size);
            }

            Append(entry.Begin);
            Append(entry.End);
        }
    }

    /// <summary>Stands in for a checksum that is not known yet; as long as one.</summary>
    internal static string Placeholder { get; } = Method + new string('0', 32);

    /// <summary>The hash, as the metadata have it.</summary>
    internal string Text => Method + Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Whether a text in the metadata is of the method that this library knows.</summary>
    internal static bool IsKnown(string text) =>
        text.Length == Placeholder.Length && text.StartsWith(Method, StringComparison.Ordinal);

    internal void Append(ReadOnlySpan<byte> data) => _hash.Append(data);

    // The length first, so that no two lists of texts look the same.
    private void Append(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Append(bytes.Length);
        _hash.Append(bytes);
    }

    private void Append(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.Append(bytes);
    }
}
