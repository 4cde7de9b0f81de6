using ScottPlot;
using ScottPlot.MultiplotLayouts;

namespace Benchmarks;

/// <summary>
/// Bars of GFLOP/s: a picture for each mode, in it a column for each number of threads. Where the
/// machine has no fonts it has no letters.
/// </summary>
internal static class SpeedPicture
{
    private const int ColumnWidth = 700;
    private const int RowHeight = 36;
    private const int Margins = 140;
    private const string Font = "DejaVu Sans";

    // Of the libraries, in their order; the bars of a case lie side by side.
    private const double BarSize = 0.27;

    private static readonly Color[] Colors =
        [Color.FromHex("#1b6ac9"), Color.FromHex("#e07b39"), Color.FromHex("#8c8c8c")];

    private static readonly string[] Names = ["NativeRnn", "TorchSharp", "ONNX Runtime"];

    /// <param name="start">The files' path up to the mode.</param>
    /// <param name="rows">The results.</param>
    /// <param name="roofline">Where there is one, a line marks the peak of multiply-adds.</param>
    /// <returns>The files, or why there are none: that must not cost the user the results.</returns>
    public static string[] TryWrite(string start, IEnumerable<Row> rows, Roofline? roofline)
    {
        try
        {
            return
            [
                .. rows.Where(row => row.OursMs is not null).GroupBy(row => row.Mode)
                    .Select(part => Write($"{start}-{part.Key}.png", [.. part], roofline)),
            ];
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException)
        {
            return [$"no pictures ({error.GetBaseException().Message.ReplaceLineEndings(" ")})"];
        }
    }

    private static string Write(string path, Row[] rows, Roofline? roofline)
    {
        Row[][] columns = [.. rows.GroupBy(row => row.Threads).Select(part => part.ToArray())];
        Multiplot picture = new();
        picture.AddPlots(columns.Length);
        picture.Layout = new Grid(1, columns.Length);
        for (int at = 0; at < columns.Length; at++)
        {
            Draw(picture.GetPlot(at), columns[at], roofline);
        }

        int height = Margins + (RowHeight * columns.Max(column => column.Length));
        picture.SavePng(path, ColumnWidth * columns.Length, height);
        return path;
    }

    private static void Draw(Plot plot, Row[] rows, Roofline? roofline)
    {
        int threads = rows[0].Threads;
        plot.Title($"{rows[0].Mode}, {threads} thread{(threads > 1 ? "s" : "")}");
        plot.XLabel("GFLOP/s");
        foreach (Library library in Enum.GetValues<Library>())
        {
            AddBars(plot, rows, library);
        }

        // Streams are bound by reading the weights, far below the peak.
        if (roofline is not null && rows[0].Case.Mode != Mode.Stream)
        {
            var line = plot.Add.VerticalLine(roofline.Gflops(threads), 1, Color.FromHex("#333333"));
            line.LegendText = "multiply-adds alone";
        }

        plot.Axes.Left.SetTicks(
            [.. Enumerable.Range(0, rows.Length).Select(at => (double)-at)],
            [.. rows.Select(row => row.Case.Label)]);
        plot.Axes.SetLimitsY(0.5 - rows.Length, 0.5);
        plot.Axes.Margins(left: 0);
        plot.HideGrid();
        plot.ShowLegend(Edge.Bottom);
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.Font.Set(Font);
    }

    private static void AddBars(Plot plot, Row[] rows, Library library)
    {
        Bar[] bars =
        [
            .. from at in Enumerable.Range(0, rows.Length)
               let speed = rows[at].GflopsAt(TimeOf(rows[at], library))
               where speed is not null
               select new Bar
               {
                   Position = -at + (BarSize * (1 - (int)library)),
                   Value = speed.Value,
                   Size = BarSize,
                   FillColor = Colors[(int)library],
                   LineWidth = 0,
               },
        ];
        if (bars.Length > 0)
        {
            var drawn = plot.Add.Bars(bars);
            drawn.Horizontal = true;
            drawn.LegendText = Names[(int)library];
        }
    }

    private static double? TimeOf(Row row, Library library) => library switch
    {
        Library.NativeRnn => row.OursMs,
        Library.TorchSharp => row.TorchSharpMs,
        _ => row.OrtMs,
    };
}
