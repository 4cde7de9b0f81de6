using System.Globalization;

namespace NativeRnn.Cli.Forecasting;

/// <summary>The made series as a file, so that `forecast` and `evaluate forecast` can be tried on it.</summary>
internal static class MadeSeriesFile
{
    public const string Name = "series.csv";

    /// <summary>Writes the series of a seed, and the hours after it with their events.</summary>
    public static void Write(string path, long seed, int future)
    {
        SeriesPart series = MadeSeries.Create(seed, future);
        IEnumerable<string> lines = series.Times!.Select((time, row) => string.Join(
            ',',
            time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
            row < series.Values.Length ? series.Values[row].ToString(CultureInfo.InvariantCulture) : "",
            series.Columns[0].Texts[row]));
        File.WriteAllLines(path, [$"time,{MadeSeries.Name},{MadeSeries.Event}", .. lines]);
    }
}
