namespace NativeRnn.Models;

/// <summary>
/// One axis of an input of an exported model: a size that stays (<c>8</c>), or a name of one that is free
/// (<c>"batch"</c>). Axes of one name have one size.
/// </summary>
public readonly record struct OnnxAxis
{
    private OnnxAxis(string? name, int size) => (Name, Size) = (name, size);

    /// <summary>The name of a free size; null: the size stays.</summary>
    public string? Name { get; }

    /// <summary>The size that stays; of a free one, the least that the model takes.</summary>
    public int Size { get; }

    /// <summary>A free size.</summary>
    /// <param name="name">Such as batch or time; not empty.</param>
    /// <param name="least">
    /// The least size that the model takes. It is run with a few sizes from there on, which tells what in the graph
    /// depends on them; 0: it does not mind.
    /// </param>
    public static OnnxAxis Free(string name, int least = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegative(least);
        return new OnnxAxis(name, least);
    }

    /// <summary>A size that stays, at least 1.</summary>
    public static implicit operator OnnxAxis(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return new OnnxAxis(null, size);
    }

    /// <summary>A free size of this name.</summary>
    public static implicit operator OnnxAxis(string name) => Free(name);

    /// <summary>The name, or the size.</summary>
    public override string ToString() => Name ?? $"{Size}";
}
