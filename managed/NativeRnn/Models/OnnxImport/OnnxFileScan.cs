namespace NativeRnn.Models;

/// <summary>
/// What a file would take in memory, found without making anything of it: two bytes can say that there is another node,
/// and each node is an object of a kilobyte.
/// </summary>
internal static class OnnxFileScan
{
    // Bytes that a part takes beside its content: the message's object and lists, and what is made of it.
    private const int NodeCost = 1000;
    private const int TensorCost = 800;
    private const int PartCost = 200;
    private const int TextCost = 60;
    private const int IntegerCost = 8;
    private const int ShortIntegerCost = 4;
    private const int MostDepth = 100;

    private enum Part
    {
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
        Other,
        Text,
        Integers,
        ShortIntegers,
        Bytes,
    }

    /// <summary>Bytes, about; what is no protobuf counts nothing: its reader will say so.</summary>
    internal static long CostOf(ReadOnlySpan<byte> file) => Scan(file, Part.Model, 0);

    private static long Scan(ReadOnlySpan<byte> part, Part kind, int depth)
    {
        long cost = 0;
        while (part.Length > 0 && TryNumber(ref part, out ulong key))
        {
            int wire = (int)(key & 7);
            int size = wire switch { 1 => 8, 5 => 4, _ => 0 };
            if (wire is 0 or 2)
            {
                if (!TryNumber(ref part, out ulong number))
                    break;
                size = wire == 0 ? 0 : (int)Math.Min(number, (ulong)part.Length);
            }
            else if (size == 0)
            {
                break;
            }

            if (size > part.Length)
                break;
            cost += wire == 2 ? CostOf(part[..size], ChildOf(kind, key >> 3), depth) : IntegerCost;
            part = part[size..];
        }

        return cost;
    }

    private static long CostOf(ReadOnlySpan<byte> content, Part kind, int depth) => kind switch
    {
        Part.Bytes => content.Length,
        Part.Text => TextCost + (2L * content.Length),
        Part.Integers => IntegerCost * (long)EndsOf(content),
        Part.ShortIntegers => ShortIntegerCost * (long)EndsOf(content),
        _ when depth >= MostDepth => content.Length,
        Part.Node => NodeCost + Scan(content, kind, depth + 1),
        Part.Tensor => TensorCost + Scan(content, kind, depth + 1),
        _ => PartCost + Scan(content, kind, depth + 1),
    };

    // What the fields that may be many are; all others are like one of them or cost little.
    private static Part ChildOf(Part kind, ulong field) => (kind, field) switch
    {
        (Part.Model, 7) or (Part.Attribute, 6 or 11) => Part.Graph,
        (Part.Graph, 1) => Part.Node,
        (Part.Graph, 5) or (Part.Attribute, 5 or 10) => Part.Tensor,
        (Part.Graph, 11 or 12 or 13) => Part.Other,
        (Part.Node, 5) => Part.Attribute,
        (Part.Attribute, 7) or (Part.Tensor, 4 or 9 or 10) => Part.Bytes,
        (Part.Attribute, 8) or (Part.Tensor, 1 or 7 or 11) => Part.Integers,
        (Part.Tensor, 5) => Part.ShortIntegers,
        (Part.Node or Part.Tensor or Part.Attribute, _) => Part.Text,
        // Shapes: parts in parts. Texts among them are read as parts too, which costs more, not less.
        (Part.Other, _) => Part.Other,
        _ => Part.Text,
    };

    // Each number ends with a byte below 128.
    private static int EndsOf(ReadOnlySpan<byte> numbers)
    {
        int count = 0;
        foreach (byte value in numbers)
            count += value < 0x80 ? 1 : 0;
        return count;
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> bytes, out ulong number)
    {
        number = 0;
        for (int place = 0; place < bytes.Length && place < 10; place++)
        {
            number |= (ulong)(bytes[place] & 0x7F) << (7 * place);
            if (bytes[place] < 0x80)
            {
                bytes = bytes[(place + 1)..];
                return true;
            }
        }

        return false;
    }
}
