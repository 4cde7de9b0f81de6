namespace NativeRnn.Models;

/// <summary>A size, or a place along an axis, in each of the trials.</summary>
internal readonly record struct TracedSize(int First, int Second, int Third)
{
    /// <summary>Whether it does not depend on the free axes.</summary>
    internal bool IsFixed => First == Second && Second == Third;

    public static TracedSize operator +(TracedSize a, TracedSize b) =>
        new(a.First + b.First, a.Second + b.Second, a.Third + b.Third);

    public static TracedSize operator -(TracedSize a, TracedSize b) =>
        new(a.First - b.First, a.Second - b.Second, a.Third - b.Third);

    public static TracedSize operator *(TracedSize a, TracedSize b) =>
        new(a.First * b.First, a.Second * b.Second, a.Third * b.Third);

    /// <summary>How often a size goes into it in all trials; 0: not at all, or not as often.</summary>
    internal int Over(TracedSize size)
    {
        if (size.First == 0 || size.Second == 0 || size.Third == 0 || First % size.First != 0)
        {
            return 0;
        }

        int factor = First / size.First;
        return this == new TracedSize(factor, factor, factor) * size ? factor : 0;
    }

    internal static TracedSize Of(Func<int, int> trial) => new(trial(0), trial(1), trial(2));
}
