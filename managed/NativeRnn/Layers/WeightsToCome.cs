namespace NativeRnn.Layers;

/// <summary>
/// While one is open on a thread, layers that are made there have zeros: their weights come from a file, and
/// orthogonal matrices that nobody sees would take longer than reading it.
/// </summary>
/// <example>
/// <code>
/// using (WeightsToCome.Expect())
/// {
///     module = new Lstm(64, 1024);
/// }
///
/// module.LoadStateDict(state);
/// </code>
/// </example>
internal readonly ref struct WeightsToCome
{
    [ThreadStatic]
    private static int _open;

    internal static bool AreExpected => _open > 0;

    internal static WeightsToCome Expect()
    {
        _open++;
        return default;
    }

#pragma warning disable CA1822 // A using statement calls it on the object.
    public void Dispose() => _open--;
#pragma warning restore CA1822
}
