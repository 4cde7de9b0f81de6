using NativeRnn.Data;

/// <summary>A column beside the series: numbers, or words that name kinds, such as rain and sun.</summary>
/// <param name="Name">In the file.</param>
/// <param name="Texts">A field for each row, those of the future included.</param>
internal sealed record SeriesColumn(string Name, string[] Texts);

/// <summary>A series as it was read.</summary>
/// <param name="Name">What the file calls it; empty if it holds one only.</param>
/// <param name="Values">What is forecast, of each row that is known.</param>
/// <param name="Times">Of each row, those of the future included; null: the file has none.</param>
/// <param name="Columns">What goes with it.</param>
internal sealed record SeriesPart(string Name, double[] Values, DateTime[]? Times, IReadOnlyList<SeriesColumn> Columns)
{
    /// <summary>Rows whose value is not known yet, but their columns are.</summary>
    public int FutureRows => (Times?.Length ?? (Columns.Count > 0 ? Columns[0].Texts.Length : Values.Length)) - Values.Length;
}

/// <summary>Which columns of a file make a series.</summary>
/// <param name="Target">What is forecast.</param>
/// <param name="Columns">What goes with it.</param>
/// <param name="Time">When each row was; null: the first column of dates, if there is one.</param>
/// <param name="Group">Names the series of each row where a file holds several; null: it holds one.</param>
internal sealed record SeriesRequest(string Target, IReadOnlyList<string> Columns, string? Time, string? Group)
{
    /// <summary>All columns that it names.</summary>
    public IEnumerable<string> Names => [Target, .. Columns, .. new[] { Time, Group }.OfType<string>()];
}

/// <summary>Reads series from files of comma-separated values.</summary>
internal static class SeriesData
{
    /// <summary>Reads the series of a file; rows at the end of one whose target is empty are its future.</summary>
    /// <exception cref="ArgumentException">A column is not there.</exception>
    /// <exception cref="InvalidDataException">The file is not as it should be; the message says where.</exception>
    public static SeriesPart[] Read(string path, SeriesRequest request) => Read(path, CsvTable.Read(path), request);

    /// <summary>Reads the series of a table.</summary>
    /// <inheritdoc cref="Read(string, SeriesRequest)" path="/exception"/>
    public static SeriesPart[] Read(string path, CsvTable table, SeriesRequest request)
    {
        string[] target = table.Texts(request.Target);
        SeriesColumn[] columns = [.. request.Columns.Select(name => new SeriesColumn(name, table.Texts(name)))];
        string? time = request.Time ?? table.Columns.FirstOrDefault(table.IsTimes);
        DateTime[]? times = time is null ? null : table.Times(time);
        string[] groups = request.Group is null ? new string[table.RowCount] : table.Texts(request.Group);
        return [.. Enumerable.Range(0, table.RowCount).GroupBy(row => groups[row] ?? "").Select(group =>
        {
            int[] rows = [.. group];
            int known = rows.Length - rows.Reverse().TakeWhile(row => target[row].Length == 0).Count();
            double[] values = table.Numbers(request.Target, rows.AsSpan(0, known));
            SeriesPart part = new(
                group.Key, values, times is null ? null : [.. rows.Select(row => times[row])],
                [.. columns.Select(column => column with { Texts = [.. rows.Select(row => column.Texts[row])] })]);
            return RequireOrder(path, part);
        })];
    }

    private static SeriesPart RequireOrder(string path, SeriesPart part)
    {
        DateTime[] times = part.Times ?? [];
        int back = Enumerable.Range(1, Math.Max(0, times.Length - 1)).FirstOrDefault(row => times[row] < times[row - 1]);
        return back == 0 ? part : throw new InvalidDataException(
            $"{path}: the time {times[back]:yyyy-MM-dd HH:mm} comes after {times[back - 1]:yyyy-MM-dd HH:mm}; rows must be " +
            "in the order of time");
    }
}
