using System.Globalization;
using ScottPlot;
using ScottPlot.Plottables;

namespace NativeRnn.Plotting;

/// <summary>
/// Numbers as colours, as a PNG picture: a confusion matrix, the attention of a decoder's steps, a spectrogram.
/// </summary>
public sealed record HeatMapPicture
{
    private const int Width = 1000;
    private const int Height = 700;
    // More cells than that have no room for their numbers.
    private const int MostNumbered = 400;
    private const float MarkSize = 20;
    private const double SpanOpacity = 0.25;

    /// <summary>Above the picture.</summary>
    public required string Title { get; init; }

    /// <summary>What the horizontal axis shows.</summary>
    public required string XLabel { get; init; }

    /// <summary>What the vertical axis shows.</summary>
    public required string YLabel { get; init; }

    /// <summary>[rows, columns]; what is not finite stays empty.</summary>
    public required double[,] Values { get; init; }

    /// <summary>A name for each row; none: they are counted.</summary>
    public IReadOnlyList<string> RowNames { get; init; } = [];

    /// <summary>A name for each column; none: they are counted.</summary>
    public IReadOnlyList<string> ColumnNames { get; init; } = [];

    /// <summary>What stands at some places of the vertical axis instead, such as frequencies at every tenth row.
    /// </summary>
    public IReadOnlyList<(double Row, string Text)> RowTicks { get; init; } = [];

    /// <summary>What stands at some places of the horizontal axis instead, such as seconds at every hundredth column.
    /// </summary>
    public IReadOnlyList<(double Column, string Text)> ColumnTicks { get; init; } = [];

    /// <summary>Whether row 0 is at the bottom, as of a spectrogram; else at the top, as of a matrix.</summary>
    public bool IsUpward { get; init; }

    /// <summary>Whether each cell shows its number, if there is room.</summary>
    public bool ShowsNumbers { get; init; }

    /// <summary>Words written into the picture at a column, such as the letters that were heard there.</summary>
    public IReadOnlyList<(double Column, string Text)> Marks { get; init; } = [];

    /// <summary>Columns from one place to another that are lightened, such as where these letters are.</summary>
    public IReadOnlyList<(double From, double To)> Spans { get; init; } = [];

    /// <summary>Draws it; a machine without fonts gets a picture without letters.</summary>
    /// <param name="path">The PNG file; its directory must exist.</param>
    /// <exception cref="ArgumentException">
    /// There are no values, or names that are not as many as their rows or columns.
    /// </exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        (int rows, int columns) = (Values.GetLength(0), Values.GetLength(1));
        if (rows == 0 || columns == 0)
        {
            throw new ArgumentException($"Values is [{rows}, {columns}], must have a row and a column");
        }

        RequireCount(nameof(RowNames), RowNames.Count, rows);
        RequireCount(nameof(ColumnNames), ColumnNames.Count, columns);
        using var plot = new Plot();
        plot.Title(Title);
        plot.XLabel(XLabel);
        plot.YLabel(YLabel);
        AddCells(plot, rows, columns);
        Name(plot.Axes.Bottom, TicksOf(ColumnNames, ColumnTicks), column => column);
        Name(plot.Axes.Left, TicksOf(RowNames, RowTicks), row => Place(row, rows));
        plot.SavePng(path, Width, Height);
    }

    private void AddCells(Plot plot, int rows, int columns)
    {
        // A heat map's first row is the top one, at y = rows - 1.
        double[,] drawn = new double[rows, columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double value = Values[IsUpward ? rows - 1 - row : row, column];
                drawn[row, column] = double.IsFinite(value) ? value : double.NaN;
            }
        }

        var map = plot.Add.Heatmap(drawn);
        map.Colormap = new ScottPlot.Colormaps.Viridis();
        plot.Add.ColorBar(map);
        if (ShowsNumbers && rows * columns <= MostNumbered)
        {
            AddNumbers(plot, rows, columns);
        }

        foreach ((double from, double to) in Spans)
        {
            var span = plot.Add.HorizontalSpan(from, to, Colors.White.WithAlpha(SpanOpacity));
            span.LineStyle.Color = Colors.White;
        }

        foreach ((double column, string text) in Marks)
        {
            Text label = Write(plot, text, column, rows - 0.5, Colors.White, Colors.Black);
            label.LabelAlignment = Alignment.UpperCenter;
            label.LabelFontSize = MarkSize;
        }

        plot.Axes.Margins(0, 0);
    }

    private void AddNumbers(Plot plot, int rows, int columns)
    {
        double[] finite = [.. Values.Cast<double>().Where(double.IsFinite)];
        double middle = finite.Length == 0 ? 0 : (finite.Min() + finite.Max()) / 2;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double value = Values[row, column];
                Write(
                    plot, value.ToString("0.##", CultureInfo.InvariantCulture), column, Place(row, rows),
                    value > middle ? Colors.Black : Colors.White, Colors.Transparent);
            }
        }
    }

    private double Place(double row, int rows) => IsUpward ? row : rows - 1 - row;

    private static Text Write(Plot plot, string text, double x, double y, Color colour, Color background)
    {
        var label = plot.Add.Text(text, x, y);
        label.LabelFontColor = colour;
        label.LabelBackgroundColor = background;
        label.LabelAlignment = Alignment.MiddleCenter;
        return label;
    }

    private static IReadOnlyList<(double Place, string Text)> TicksOf(
        IReadOnlyList<string> names, IReadOnlyList<(double Place, string Text)> ticks) =>
        ticks.Count > 0 ? ticks : [.. names.Select((name, index) => ((double)index, name))];

    private static void Name(
        IAxis axis, IReadOnlyList<(double Place, string Text)> ticks, Func<double, double> place)
    {
        if (ticks.Count > 0)
        {
            axis.SetTicks([.. ticks.Select(tick => place(tick.Place))], [.. ticks.Select(tick => tick.Text)]);
        }
    }

    private static void RequireCount(string what, int count, int wanted)
    {
        if (count != 0 && count != wanted)
        {
            throw new ArgumentException($"{what} has {count} names, must have {wanted} or none");
        }
    }
}
