namespace NativeRnn;

/// <summary>What an index took of each axis of a tensor.</summary>
/// <param name="Starts">The first place along each axis.</param>
/// <param name="Counts">How many places.</param>
/// <param name="Drops">Whether the axis is dropped.</param>
internal sealed record TracedSlice(int[] Starts, int[] Counts, bool[] Drops);
