using System.Globalization;
using System.Text;

namespace NativeRnn.Data;

/// <summary>
/// A table from a file of comma-separated values with a line of column names: fields may be quoted, and quotes in them
/// doubled (RFC 4180).
/// </summary>
public sealed class CsvTable
{
    private readonly string _path;
    private readonly List<(int Line, string[] Fields)> _rows;

    private CsvTable(string path, string[] columns, List<(int Line, string[] Fields)> rows)
    {
        _path = path;
        Columns = columns;
        _rows = rows;
    }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Rows below the names.</summary>
    public int RowCount => _rows.Count;

    /// <summary>Reads a file.</summary>
    /// <param name="path">UTF-8, with or without a byte order mark.</param>
    /// <exception cref="InvalidDataException">It is no such table; the message names the line.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static CsvTable Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using StreamReader reader = new(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            return Read(path, reader);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"{path} is not UTF-8 text", exception);
        }
    }

    /// <summary>A column of numbers, such as 16, -0.5 or 1e3.</summary>
    /// <param name="column">Its name.</param>
    /// <returns>A number for each row.</returns>
    /// <exception cref="ArgumentException">There is no such column; the message names those that there are.</exception>
    /// <exception cref="InvalidDataException">A field is empty or no finite number; the message names the line.
    /// </exception>
    public double[] Numbers(string column) => Numbers(column, Enumerable.Range(0, RowCount).ToArray());

    /// <summary>Some rows of a column of numbers.</summary>
    /// <param name="column">Its name.</param>
    /// <param name="rows">Each from 0 to <see cref="RowCount"/> - 1.</param>
    /// <returns>A number for each of them.</returns>
    /// <inheritdoc cref="Numbers(string)" path="/exception"/>
    public double[] Numbers(string column, ReadOnlySpan<int> rows)
    {
        int index = IndexOf(column);
        double[] numbers = new double[rows.Length];
        for (int place = 0; place < numbers.Length; place++)
        {
            (int line, string[] fields) = _rows[rows[place]];
            numbers[place] = Number(line, fields[index], column);
        }

        return numbers;
    }

    /// <summary>A column as it stands in the file, without quotes.</summary>
    /// <param name="column">Its name.</param>
    /// <returns>A text for each row.</returns>
    /// <exception cref="ArgumentException">There is no such column; the message names those that there are.</exception>
    public string[] Texts(string column)
    {
        int index = IndexOf(column);
        return [.. _rows.Select(row => row.Fields[index])];
    }

    /// <summary>
    /// A column of dates, with or without a time of day, such as 2016-07-01 13:00, 31/12/2016, 12/31/2016 1:05 or
    /// Jan 1 2000. All have one form; where 04/01/2016 leaves open which is the day, that form is taken in which time
    /// goes back least often and, among those, covers the shorter while.
    /// </summary>
    /// <param name="column">Its name.</param>
    /// <returns>A time for each row, of no time zone.</returns>
    /// <exception cref="ArgumentException">There is no such column; the message names those that there are.</exception>
    /// <exception cref="InvalidDataException">A field is no date, or not in the form of the others; the message names
    /// the line.</exception>
    public DateTime[] Times(string column)
    {
        string[] fields = Texts(column);
        return TimeFormats.Parse(fields, out int failed) ?? throw new InvalidDataException(
            $"{_path}, line {_rows[failed].Line}: '{fields[failed]}' in column '{column}' is no date, or not in the " +
            "form of those before it");
    }

    /// <summary>Tells whether a column holds dates, as <see cref="Times"/> reads them.</summary>
    /// <param name="column">Its name.</param>
    /// <exception cref="ArgumentException">There is no such column; the message names those that there are.</exception>
    public bool IsTimes(string column) => RowCount > 0 && TimeFormats.Parse(Texts(column), out _) is not null;

    private int IndexOf(string column)
    {
        int index = Columns.ToList().IndexOf(column);
        return index >= 0 ? index : throw new ArgumentException(
            $"{_path} has no column '{column}'; its columns are: {string.Join(", ", Columns)}", nameof(column));
    }

    private static CsvTable Read(string path, StreamReader reader)
    {
        int line = 1;
        string first = reader.ReadLine() ?? throw new InvalidDataException($"{path} is empty");
        string[] columns = Split(path, line, first);
        List<(int Line, string[] Fields)> rows = [];
        while (reader.ReadLine() is string text)
        {
            line++;
            if (text.Length == 0)
            {
                continue;
            }

            string[] fields = Split(path, line, text);
            rows.Add(fields.Length == columns.Length
                ? (line, fields)
                : throw new InvalidDataException(
                    $"{path}, line {line}: {fields.Length} fields; the first line has {columns.Length}"));
        }

        return new CsvTable(path, columns, rows);
    }

    private static string[] Split(string path, int line, string text)
    {
        List<string> fields = [];
        StringBuilder field = new();
        bool quoted = false;
        for (int at = 0; at < text.Length; at++)
        {
            char character = text[at];
            if (character == '"' && quoted && at + 1 < text.Length && text[at + 1] == '"')
            {
                field.Append('"');
                at++;
            }
            else if (character == '"')
            {
                quoted = !quoted;
            }
            else if (character == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(character);
            }
        }

        fields.Add(field.ToString());
        return quoted ? throw new InvalidDataException($"{path}, line {line}: a quote is not closed") : [.. fields];
    }

    private double Number(int line, string field, string column) =>
        double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        && double.IsFinite(number)
            ? number
            : throw new InvalidDataException(
                $"{_path}, line {line}: '{field}' in column '{column}' is no finite number");
}
