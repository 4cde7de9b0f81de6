/// <summary>
/// Made hours of a shop: a day's and a week's wave, events that are announced and last some hours, and noise that lasts.
/// </summary>
internal static class MadeSeries
{
    /// <summary>What the series is.</summary>
    public const string Name = "visitors";

    /// <summary>What goes with the series: 1 while an event lasts, else 0; known ahead.</summary>
    public const string Event = "event";

    private const int Days = 120;

    /// <summary>Makes the series; the same seed makes the same one.</summary>
    /// <param name="seed">Of the events and the noise.</param>
    /// <param name="future">Hours after it, of which the events are known only.</param>
    public static SeriesPart Create(long seed, int future = 0)
    {
        Random random = new(unchecked((int)seed));
        int rows = (Days * 24) + future;
        DateTime[] times = [.. Enumerable.Range(0, rows).Select(hour => new DateTime(2024, 1, 1).AddHours(hour))];
        double[] values = new double[rows];
        string[] events = new string[rows];
        double noise = 0;
        int left = 0;
        for (int row = 0; row < rows; row++)
        {
            left = random.NextDouble() < 0.02 ? 6 : Math.Max(0, left - 1);
            noise = (0.8 * noise) + random.NextDouble() - 0.5;
            double day = 10 - (6 * Math.Cos(2 * Math.PI * (times[row].Hour - 2) / 24));
            double week = times[row].DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1.4 : 1;
            events[row] = left > 0 ? "1" : "0";
            values[row] = Math.Round((day * week) + (left > 0 ? 5 : 0) + noise, 3);
        }

        return new SeriesPart("", values[..(rows - future)], times, [new SeriesColumn(Event, events)]);
    }
}
