using NativeRnn.Data;

namespace NativeRnn.Tests.Data;

/// <summary>Times as what a forecast knows of the future.</summary>
public sealed class CalendarFeaturesTests
{
    private static readonly DateTime Monday = new(2024, 1, 1);

    [Fact]
    public void Make_GivesTheSineAndCosineOfEachCycleAndOfItsOvertone()
    {
        float[][] columns = CalendarFeatures.Make(
            [Monday.AddHours(6), Monday.AddDays(3.5)], CalendarCycles.Day | CalendarCycles.Week);

        Assert.Equal(8, columns.Length);
        AssertClose([1, 0, 0, -1], columns[..4].Select(column => column[0]));
        AssertClose([0, -1, 0, 1], columns[..4].Select(column => column[1]));

        // Thursday noon is 4.5 of 7 days after Sunday's start.
        double angle = 2 * Math.PI * 4.5 / 7;
        AssertClose([Math.Sin(angle), Math.Cos(angle), Math.Sin(2 * angle), Math.Cos(2 * angle)],
            columns[4..].Select(column => column[1]));
        Assert.Empty(CalendarFeatures.Make([Monday], CalendarCycles.None));
    }

    [Fact]
    public void Make_OfTheYear_IsContinuousOverItsEnd()
    {
        float[][] columns = CalendarFeatures.Make(
            [new DateTime(2023, 12, 31), new DateTime(2024, 1, 1)], CalendarCycles.Year);

        Assert.All(columns, column => Assert.Equal(column[0], column[1], 0.05));
    }

    [Theory]
    [InlineData(1, 24 * 3, CalendarCycles.Day)]
    [InlineData(1, 24 * 20, CalendarCycles.Day | CalendarCycles.Week)]
    [InlineData(1, 12, CalendarCycles.None)]
    [InlineData(24, 30, CalendarCycles.Week)]
    [InlineData(24, 400, CalendarCycles.Week | CalendarCycles.Year)]
    [InlineData(24 * 7, 60, CalendarCycles.Year)]
    public void CyclesOf_TakesThoseThatTheTimesCover(int hours, int count, CalendarCycles expected)
    {
        DateTime[] times = [.. Enumerable.Range(0, count).Select(step => Monday.AddHours(hours * step))];

        Assert.Equal(expected, CalendarFeatures.CyclesOf(times));
    }

    [Fact]
    public void CyclesOf_WithoutWeekends_LeavesTheWeekOut()
    {
        DateTime[] times = [.. Enumerable.Range(0, 60).Select(day => Monday.AddDays(day))
            .Where(time => time.DayOfWeek is not DayOfWeek.Saturday and not DayOfWeek.Sunday)];

        Assert.Equal(CalendarCycles.None, CalendarFeatures.CyclesOf(times));
        Assert.Equal(CalendarCycles.None, CalendarFeatures.CyclesOf([Monday]));
    }

    [Theory]
    [InlineData("2024-01-01 00:00|2024-01-01 00:05|2024-01-01 00:10", "2024-01-01 00:15|2024-01-01 00:20")]
    [InlineData("2000-01-01 00:00|2000-02-01 00:00|2000-03-01 00:00", "2000-04-01 00:00|2000-05-01 00:00")]
    [InlineData("2000-01-01 00:00|2000-04-01 00:00|2000-07-01 00:00", "2000-10-01 00:00|2001-01-01 00:00")]
    [InlineData("2024-02-27 00:00|2024-02-28 00:00", "2024-02-29 00:00|2024-03-01 00:00")]
    public void Continue_GoesOnAtTheUsualStep(string times, string expected)
    {
        DateTime[] next = CalendarFeatures.Continue([.. times.Split('|').Select(DateTime.Parse)], 2);

        Assert.Equal(expected.Split('|').Select(DateTime.Parse), next);
    }

    [Fact]
    public void Continue_OfWorkingDays_LeavesWeekendsOut()
    {
        DateTime[] days = [.. Enumerable.Range(0, 12).Select(day => Monday.AddDays(day))
            .Where(time => time.DayOfWeek is not DayOfWeek.Saturday and not DayOfWeek.Sunday)];

        Assert.Equal([Monday.AddDays(14), Monday.AddDays(15)], CalendarFeatures.Continue(days, 2));
    }

    [Fact]
    public void Continue_OfTimesThatDoNotAscend_NamesThem()
    {
        Assert.Equal("times", Assert.Throws<ArgumentException>(() => CalendarFeatures.Continue([Monday], 1)).ParamName);
        Assert.Equal("times", Assert.Throws<ArgumentException>(
            () => CalendarFeatures.Continue([Monday, Monday.AddDays(-1)], 1)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => CalendarFeatures.Continue([Monday, Monday.AddDays(1)], -1));
    }

    private static void AssertClose(double[] expected, IEnumerable<float> actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
}
