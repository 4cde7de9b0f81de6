namespace NativeRnn;

/// <summary>
/// What to take along one axis: an <see cref="int"/> or <see cref="Index"/> takes one place and drops the axis, a
/// <see cref="Range"/> takes several and keeps it. Made by conversion: <c>x[.., 2..5, ^1]</c>.
/// </summary>
public readonly struct TensorIndex : IEquatable<TensorIndex>
{
    private readonly Range _range;

    private TensorIndex(Range range, bool isSingle)
    {
        _range = range;
        IsSingle = isSingle;
    }

    /// <summary>Whether it takes one place and drops the axis.</summary>
    public bool IsSingle { get; }

    /// <summary>One place. From 0; a negative one is out of range (write <c>^1</c> for the last).</summary>
    public static implicit operator TensorIndex(int index) =>
        new(new Range(new Index(CheckedStart(index)), default), true);

    /// <summary>One place, also from the end.</summary>
    public static implicit operator TensorIndex(Index index) => new(new Range(index, default), true);

    /// <summary>Several places.</summary>
    public static implicit operator TensorIndex(Range range) => new(range, false);

    /// <summary>Whether both take the same.</summary>
    public static bool operator ==(TensorIndex left, TensorIndex right) => left.Equals(right);

    /// <summary>Whether they take different places.</summary>
    public static bool operator !=(TensorIndex left, TensorIndex right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(TensorIndex other) => IsSingle == other.IsSingle && _range.Equals(other._range);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorIndex other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsSingle, _range);

    /// <summary>The place, or the range of places, as C# writes them.</summary>
    public override string ToString() => IsSingle ? _range.Start.ToString() : _range.ToString();

    /// <summary>First place and number of places along an axis.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It reaches beyond the axis.</exception>
    internal (int Start, int Count) Resolve(int size, int axis, in TensorShape shape)
    {
        int start = _range.Start.GetOffset(size);
        int end = IsSingle ? start + 1 : _range.End.GetOffset(size);
        if (start < 0 || end < start || end > size)
            throw new ArgumentOutOfRangeException(
                nameof(shape), ToString(), $"Index {this} is outside axis {axis} of the shape {shape}.");
        return (start, end - start);
    }

    private static int CheckedStart(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return index;
    }
}
