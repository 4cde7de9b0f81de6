namespace NativeRnn.Plotting;

/// <summary>An area of a picture between two lines, such as a range that a forecast gives.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Points">From left to right; none: it is left out.</param>
public sealed record Band(string Name, IReadOnlyList<(double X, double Low, double High)> Points);
