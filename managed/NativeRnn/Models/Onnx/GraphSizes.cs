namespace NativeRnn.Models;

/// <summary>
/// Sizes that depend on the free axes, as values of a graph: read from a tensor that has such an axis, or computed of
/// such sizes.
/// </summary>
internal sealed class GraphSizes(GraphBuilder graph)
{
    private readonly List<(TracedSize Size, string Value, int Axis)> _known = [];
    private readonly Dictionary<TracedSize, string> _made = [];
    private readonly Dictionary<string, string> _shapes = new(StringComparer.Ordinal);

    /// <summary>From now on sizes may be read from a value.</summary>
    internal void Learn(GraphValue value)
    {
        for (int axis = 0; axis < value.Rank; axis++)
        {
            TracedSize size = value.Sizes[axis];
            if (!size.IsFixed && !_known.Exists(known => known.Size == size))
            {
                _known.Add((size, value.Name!, axis));
            }
        }
    }

    /// <summary>A list of one size; null: it follows from no size that is known.</summary>
    internal string? One(TracedSize size)
    {
        if (size.IsFixed)
        {
            return graph.Int64s(size.First);
        }

        if (_made.TryGetValue(size, out string? made))
        {
            return made;
        }

        string? name = Read(size) ?? Multiple(size) ?? Shifted(size) ?? Product(size);
        if (name is not null)
        {
            _made.Add(size, name);
        }

        return name;
    }

    /// <summary>A shape; null: one of its sizes follows from no size that is known.</summary>
    internal string? Shape(ReadOnlySpan<TracedSize> sizes)
    {
        if (sizes.ToArray().All(size => size.IsFixed))
        {
            return graph.Int64s([.. sizes.ToArray().Select(size => (long)size.First)]);
        }

        string?[] parts = [.. sizes.ToArray().Select(One)];
        return Array.TrueForAll(parts, part => part is not null)
            ? parts.Length == 1 ? parts[0] : graph.Node("Concat", parts!, NodeAttribute.Int("axis", 0))
            : null;
    }

    private string? Read(TracedSize size)
    {
        (TracedSize known, string value, int axis) = _known.Find(known => known.Size == size);
        if (known != size)
        {
            return null;
        }

        if (!_shapes.TryGetValue(value, out string? shape))
        {
            shape = graph.Node("Shape", [value]);
            _shapes.Add(value, shape);
        }

        return graph.Node("Gather", [shape, graph.Int64s(axis)], NodeAttribute.Int("axis", 0));
    }

    private string? Multiple(TracedSize size)
    {
        TracedSize of = _known.Find(known => size.Over(known.Size) > 0).Size;
        return of == default ? null : graph.Node("Mul", [One(of)!, graph.Int64s(size.Over(of))]);
    }

    private string? Shifted(TracedSize size)
    {
        TracedSize of = _known.Find(known => (size - known.Size).IsFixed).Size;
        return of == default ? null : graph.Node("Add", [One(of)!, graph.Int64s((size - of).First)]);
    }

    private string? Product(TracedSize size)
    {
        foreach ((TracedSize first, _, _) in _known)
        {
            TracedSize second = _known.Find(known => size.Over(first * known.Size) > 0).Size;
            if (second != default)
            {
                TracedSize product = first * second;
                string name = graph.Node("Mul", [One(first)!, One(second)!]);
                return product == size
                    ? name
                    : graph.Node("Mul", [name, graph.Int64s(size.Over(product))]);
            }
        }

        return null;
    }
}
