using System.Globalization;

namespace NativeRnn.Data;

/// <summary>Dates as files write them.</summary>
internal static class TimeFormats
{
    private static readonly string[] Dates = ["yyyy-M-d", "yyyy/M/d", "d/M/yyyy", "M/d/yyyy", "d.M.yyyy", "MMM d yyyy"];

    // After the date; an empty one: no time of day.
    private static readonly string[] Clocks = ["", " H:mm", " H:mm:ss", "'T'H:mm", "'T'H:mm:ss", "'T'H:mm:ss'Z'"];

    /// <summary>The times of fields that all have one form; null: there is none.</summary>
    /// <param name="fields">Of a column.</param>
    /// <param name="failed">The first field that has not the form of those before it.</param>
    public static DateTime[]? Parse(string[] fields, out int failed)
    {
        DateTime[]? best = null;
        failed = 0;
        foreach (string format in Dates.SelectMany(date => Clocks.Select(clock => date + clock)))
        {
            DateTime[] times = new DateTime[fields.Length];
            int read = Read(fields, format, times);
            failed = Math.Max(failed, Math.Min(read, fields.Length - 1));
            if (read == fields.Length && (best is null || Disorder(times).CompareTo(Disorder(best)) < 0))
            {
                best = times;
            }
        }

        return best;
    }

    private static int Read(string[] fields, string format, DateTime[] times)
    {
        int read = 0;
        while (read < fields.Length && DateTime.TryParseExact(
            fields[read], format, CultureInfo.InvariantCulture, DateTimeStyles.None, out times[read]))
        {
            read++;
        }

        return read;
    }

    // How often time goes back, then the while that all of it covers.
    private static (int Back, TimeSpan Span) Disorder(DateTime[] times)
    {
        int back = times.Zip(times.Skip(1)).Count(pair => pair.Second < pair.First);
        return (back, times.Length == 0 ? TimeSpan.Zero : times.Max() - times.Min());
    }
}
