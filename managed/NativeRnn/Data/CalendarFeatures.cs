namespace NativeRnn.Data;

/// <summary>
/// Times as numbers that a network learns from: where each stands in the day, the week and the year, as sines and
/// cosines, so that the end of a cycle lies next to its start. They are known of the future, too.
/// </summary>
public static class CalendarFeatures
{
    // Each cycle as a wave and its first overtone.
    private const int Waves = 2;
    private const double DaysOfYear = 365.25;

    /// <summary>
    /// The cycles that a model can learn from times: those that they cover once at least, and that are longer than the
    /// steps. The week counts only where times fall on each of its days, and the times cover it twice.
    /// </summary>
    /// <param name="times">What is trained on, in any order.</param>
    public static CalendarCycles CyclesOf(IReadOnlyList<DateTime> times)
    {
        ArgumentNullException.ThrowIfNull(times);
        if (times.Count < 2)
        {
            return CalendarCycles.None;
        }

        TimeSpan span = times.Max() - times.Min();
        bool hours = times.Any(time => time.TimeOfDay != times[0].TimeOfDay);
        bool weeks = times.Select(time => time.DayOfWeek).Distinct().Count() == 7
            && times.Zip(times.Skip(1)).All(pair => pair.Second - pair.First < TimeSpan.FromDays(7));
        return (hours && span.TotalDays >= 1 ? CalendarCycles.Day : 0)
            | (weeks && span.TotalDays >= 14 ? CalendarCycles.Week : 0)
            | (span.TotalDays >= DaysOfYear ? CalendarCycles.Year : 0);
    }

    /// <summary>The numbers of times.</summary>
    /// <param name="times">For each of them, one number of each column.</param>
    /// <param name="cycles">Which cycles.</param>
    /// <returns>Four columns for each cycle: the sine and the cosine of its angle, and of twice that.</returns>
    public static float[][] Make(IReadOnlyList<DateTime> times, CalendarCycles cycles)
    {
        ArgumentNullException.ThrowIfNull(times);
        List<float[]> columns = [];
        Add(CalendarCycles.Day, time => time.TimeOfDay.TotalDays);
        Add(CalendarCycles.Week, time => ((int)time.DayOfWeek + time.TimeOfDay.TotalDays) / 7);
        Add(CalendarCycles.Year, time => (time.DayOfYear - 1 + time.TimeOfDay.TotalDays) / DaysOfYear);
        return [.. columns];

        void Add(CalendarCycles cycle, Func<DateTime, double> place)
        {
            if (!cycles.HasFlag(cycle))
            {
                return;
            }

            for (int wave = 1; wave <= Waves; wave++)
            {
                double factor = 2 * Math.PI * wave;
                columns.Add([.. times.Select(time => (float)Math.Sin(factor * place(time)))]);
                columns.Add([.. times.Select(time => (float)Math.Cos(factor * place(time)))]);
            }
        }
    }

    /// <summary>
    /// The times that come after a series: at its usual step, the median; by months where all times have one day of the
    /// month; and without Saturdays and Sundays where a daily series has none.
    /// </summary>
    /// <param name="times">Ascending, at least two.</param>
    /// <param name="count">How many, at least 0.</param>
    /// <exception cref="ArgumentException">There are too few times, or they do not ascend.</exception>
    public static DateTime[] Continue(IReadOnlyList<DateTime> times, int count)
    {
        ArgumentNullException.ThrowIfNull(times);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        TimeSpan[] steps = [.. times.Zip(times.Skip(1), (first, second) => second - first).Order()];
        if (steps.Length == 0 || steps[0] < TimeSpan.Zero || steps[^1] == TimeSpan.Zero)
        {
            throw new ArgumentException("times must ascend, and there must be two", nameof(times));
        }

        TimeSpan step = steps[steps.Length / 2];
        DateTime last = times[^1];
        if (step >= TimeSpan.FromDays(28) && times.All(time => time.Day == times[0].Day))
        {
            int months = Math.Max(1, (int)Math.Round(step.TotalDays / (DaysOfYear / 12)));
            return [.. Enumerable.Range(1, count).Select(number => last.AddMonths(number * months))];
        }

        bool workdays = step == TimeSpan.FromDays(1) && times.Count >= 7 && !times.Any(IsWeekend);
        DateTime[] next = new DateTime[count];
        for (int index = 0; index < count; index++)
        {
            do
            {
                last += step;
            }
            while (workdays && IsWeekend(last));
            next[index] = last;
        }

        return next;
    }

    private static bool IsWeekend(DateTime time) => time.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
}
