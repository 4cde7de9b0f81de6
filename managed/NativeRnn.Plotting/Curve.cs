namespace NativeRnn.Plotting;

/// <summary>A line of a picture.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Points">From left to right; none: it is left out.</param>
/// <param name="HasMarkers">Whether each point is marked.</param>
public sealed record Curve(
    string Name, IReadOnlyList<(double X, double Y)> Points, bool HasMarkers = false);
