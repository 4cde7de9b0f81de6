namespace NativeRnn.Training;

/// <summary>Edits of a corpus over the length of what was wanted.</summary>
internal struct EditRate
{
    private long _edits;
    private long _length;

    internal readonly double Value => _edits == 0 ? 0 : (double)_edits / _length;

    internal void Add<T>(ReadOnlySpan<T> prediction, ReadOnlySpan<T> target)
        where T : IEquatable<T>
    {
        _edits += EditDistance.Of(prediction, target);
        _length += target.Length;
    }
}
