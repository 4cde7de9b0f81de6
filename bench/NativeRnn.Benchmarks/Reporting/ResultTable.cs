using System.Text;

namespace Benchmarks;

/// <summary>Rows as tables.</summary>
internal static class ResultTable
{
    private const string CsvHeader =
        "cell,T,B,I,H,layers,bidirectional,threads,mode,weights,ours_ms,torchsharp_ms,ort_ms,ratio," +
        "gflops,peak_percent,difference";

    /// <summary>A table for each mode and number of threads, with the geometric means below.</summary>
    public static string Markdown(IEnumerable<Row> rows, IEnumerable<string> notes)
    {
        StringBuilder text = new();
        text.AppendJoin("", notes.Select(note => $"- {note}\n"));
        foreach (IGrouping<(Mode Mode, int Threads), Row> part in
            rows.GroupBy(row => (row.Case.Mode, row.Threads)))
        {
            (string Title, Func<Row, string> Text)[] columns = [.. Columns(part.Key.Mode)];
            string threads = $"{part.Key.Threads} thread{(part.Key.Threads > 1 ? "s" : "")}";
            text.Append($"\n### {part.First().Mode}, {threads}\n\n");
            text.Append($"| | {string.Join(" | ", columns.Select(column => column.Title))} |\n");
            text.Append($"|---|{string.Concat(columns.Select(_ => "---:|"))}\n");
            foreach (Row row in part)
            {
                string cells = string.Join(" | ", columns.Select(column => column.Text(row)));
                text.Append($"| {row.Case.Label} | {cells} |\n");
            }

            text.AppendJoin("", Means.Of(part).Select(means => $"\n{means}\n"));
        }

        return text.ToString();
    }

    /// <summary>One table; the notes stand above it, after a #.</summary>
    public static string Csv(IEnumerable<Row> rows, IEnumerable<string> notes)
    {
        StringBuilder text = new();
        text.AppendJoin("", notes.Select(note => $"# {note}\n"));
        text.Append(CsvHeader).Append('\n');
        foreach (Row row in rows)
        {
            text.AppendJoin(',',
                row.Cell, row.Steps, row.Batch, row.Input, row.Hidden, row.Layers,
                row.Bidirectional ? 1 : 0, row.Threads, row.Mode, row.Weights, row.OursMs,
                row.TorchSharpMs, row.OrtMs, row.Ratio, row.Gflops, row.PeakPercent, row.Difference);
            text.Append('\n');
        }

        return text.ToString();
    }

    private static IEnumerable<(string Title, Func<Row, string> Text)> Columns(Mode mode)
    {
        yield return ("NativeRnn, ms", row => RowText.Number(row.OursMs));
        yield return ("TorchSharp, ms", row => RowText.Number(row.TorchSharpMs));
        if (mode is Mode.Forward or Mode.Stream)
        {
            yield return ("ONNX Runtime, ms", row => RowText.Number(row.OrtMs));
        }

        yield return ("ratio", row => $"{row.Ratio:F2}");
        if (mode == Mode.Text)
        {
            yield return ("NativeRnn, characters/s", row => $"{row.CharactersPerSecond(row.OursMs):N0}");
            yield return ("TorchSharp, characters/s", row => $"{row.CharactersPerSecond(row.TorchSharpMs):N0}");
        }

        yield return ("GFLOP/s", row => $"{row.Gflops:F0}");
        yield return ("% of the floor", row => $"{row.PeakPercent:F0}");
    }
}
