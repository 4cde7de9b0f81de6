namespace NativeRnn;

/// <summary>What a reduction runs over.</summary>
/// <param name="Axis">From 0; null: all of them.</param>
/// <param name="Keeps">Whether the axis stays, with size 1.</param>
internal sealed record TracedReduction(int? Axis, bool Keeps);
