using ScottPlot;

namespace NativeRnn.Plotting;

/// <summary>Curves and bands with axes and a legend, as a PNG picture.</summary>
public sealed record CurvePicture
{
    private const int Width = 1000;
    private const int Height = 600;
    private const int SmallMarker = 6;
    private const int Marker = 7;
    private const double BandOpacity = 0.25;

    /// <summary>Above the picture.</summary>
    public required string Title { get; init; }

    /// <summary>What the horizontal axis shows.</summary>
    public required string XLabel { get; init; }

    /// <summary>What the vertical axis shows.</summary>
    public required string YLabel { get; init; }

    /// <summary>The lines; numbers that are not finite are left out.</summary>
    public required IReadOnlyList<Curve> Curves { get; init; }

    /// <summary>The areas behind the lines; points that are not finite are left out.</summary>
    public IReadOnlyList<Band> Bands { get; init; } = [];

    /// <summary>Whether the vertical axis shows powers of ten; numbers of 0 and less are left out then.
    /// </summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Draws it; a machine without fonts gets a picture without letters.</summary>
    /// <param name="path">The PNG file; its directory must exist.</param>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var plot = new Plot();
        plot.Title(Title);
        plot.XLabel(XLabel);
        plot.YLabel(YLabel);
        foreach (Band band in Bands)
        {
            Add(plot, band);
        }

        foreach (Curve curve in Curves)
        {
            Add(plot, curve);
        }

        if (IsLogarithmic)
        {
            plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
            {
                LabelFormatter = power => $"1e{power:0.##}",
            };
        }

        plot.ShowLegend(Alignment.UpperRight);
        plot.SavePng(path, Width, Height);
    }

    private void Add(Plot plot, Band band)
    {
        (double X, double Low, double High)[] points = [.. band.Points
            .Select(point => (point.X, Low: HeightOf(point.Low), High: HeightOf(point.High)))
            .Where(point => double.IsFinite(point.X) && double.IsFinite(point.Low) && double.IsFinite(point.High))];
        if (points.Length == 0)
        {
            return;
        }

        var area = plot.Add.FillY(
            points.Select(point => point.X).ToArray(),
            points.Select(point => point.Low).ToArray(),
            points.Select(point => point.High).ToArray());
        area.LegendText = band.Name;
        area.FillColor = plot.Add.GetNextColor().WithAlpha(BandOpacity);
        area.LineWidth = 0;
        area.MarkerStyle.IsVisible = false;
    }

    private void Add(Plot plot, Curve curve)
    {
        (double X, double Y)[] points = [.. curve.Points
            .Select(point => (point.X, Y: HeightOf(point.Y)))
            .Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))];
        if (points.Length == 0)
        {
            return;
        }

        var line = plot.Add.Scatter(
            points.Select(point => point.X).ToArray(), points.Select(point => point.Y).ToArray());
        line.LegendText = curve.Name;
        line.LineWidth = 2;
        line.MarkerSize = curve.HasMarkers ? Marker : points.Length == 1 ? SmallMarker : 0;
    }

    private double HeightOf(double value) => IsLogarithmic ? Math.Log10(value) : value;
}
