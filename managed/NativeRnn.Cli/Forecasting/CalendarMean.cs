using NativeRnn.Data;

namespace NativeRnn.Cli.Forecasting;

/// <summary>
/// The mean of the rows that are trained on, by their place in the calendar: by time of day and day of the week where the
/// day is a cycle, else by day of the year or of the week. What a forecast must beat.
/// </summary>
internal sealed class CalendarMean
{
    private readonly CalendarCycles _cycles;
    private readonly Dictionary<(int, int, long), double> _means;
    private readonly double _mean;

    private CalendarMean(CalendarCycles cycles, Dictionary<(int, int, long), double> means, double mean) =>
        (_cycles, _means, _mean) = (cycles, means, mean);

    /// <summary>Learns the means; null: no cycle is known.</summary>
    public static CalendarMean? Fit(ForecastSeries series, CalendarCycles cycles)
    {
        if (cycles == CalendarCycles.None || series.Times is not { } times || series.Parts.Count(HasTraining) > 1)
        {
            return null;
        }

        int[] rows = [.. series.TrainingRows];
        return new CalendarMean(
            cycles,
            rows.GroupBy(row => KeyOf(times[row], cycles))
                .ToDictionary(group => group.Key, group => group.Average(row => series.Values[row])),
            rows.Average(row => series.Values[row]));

        bool HasTraining(SeriesPart part)
        {
            Range training = series.Splits[series.Parts.ToList().IndexOf(part)].Training;
            return training.Start.Value < training.End.Value;
        }
    }

    /// <summary>What it says of a time; the mean of all where none had its place.</summary>
    public double At(DateTime time) => _means.GetValueOrDefault(KeyOf(time, _cycles), _mean);

    private static (int, int, long) KeyOf(DateTime time, CalendarCycles cycles) => cycles switch
    {
        _ when cycles.HasFlag(CalendarCycles.Day) =>
            (0, cycles.HasFlag(CalendarCycles.Week) ? (int)time.DayOfWeek : 0, time.TimeOfDay.Ticks),
        _ when cycles.HasFlag(CalendarCycles.Year) => (time.Month, time.Day, 0),
        _ => (0, (int)time.DayOfWeek, 0),
    };
}
