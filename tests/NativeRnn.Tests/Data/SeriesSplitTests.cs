using NativeRnn.Data;

namespace NativeRnn.Tests.Data;

/// <summary>Which rows of a series are for what.</summary>
public sealed class SeriesSplitTests
{
    [Fact]
    public void ByShare_CutsInTheOrderOfTime()
    {
        Assert.Equal(new SeriesSplit(..70, 70..85, 85..100), SeriesSplit.ByShare(100, 0.7, 0.15, 0.15));
        Assert.Equal(new SeriesSplit(..8, 8..9, 9..10), SeriesSplit.ByShare(10, 0.8, 0.1, 0.1));
        Assert.Equal(new SeriesSplit(..5, 5..5, 5..10), SeriesSplit.ByShare(10, 0.5, 0, 0.5));
        Assert.Equal(new SeriesSplit(..5, 5..6, 6..8), SeriesSplit.ByShare(10, 0.5, 0.1, 0.2));
    }

    [Fact]
    public void ByTime_CutsWhereTheTimeHasPassed()
    {
        DateTime[] days = [.. Enumerable.Range(0, 20).Where(day => day != 3)
            .Select(day => new DateTime(2024, 1, 1).AddDays(day))];

        SeriesSplit split = SeriesSplit.ByTime(
            days, TimeSpan.FromDays(10), TimeSpan.FromDays(4), TimeSpan.FromDays(4));

        Assert.Equal(new SeriesSplit(..9, 9..13, 13..17), split);
    }

    [Fact]
    public void ByTime_OfTheInformersMonths_GivesItsWindows()
    {
        DateTime[] hours = [.. Enumerable.Range(0, 17420).Select(hour => new DateTime(2016, 7, 1).AddHours(hour))];
        SeriesSplit split = SeriesSplit.ByTime(
            hours, TimeSpan.FromDays(12 * 30), TimeSpan.FromDays(4 * 30), TimeSpan.FromDays(4 * 30));
        ForecastWindowOptions options = new(Lags: 96, Horizon: 24);

        Assert.Equal(8640 - 96 - 24 + 1, options.Origins(split.Training).Count);
        Assert.Equal(2880 - 24 + 1, options.Origins(split.Validation).Count);
        Assert.Equal(2880 - 24 + 1, options.Origins(split.Test).Count);
    }

    [Fact]
    public void WalkForward_TrainsOnAllThatCameBefore()
    {
        IReadOnlyList<SeriesSplit> folds = SeriesSplit.ByShare(100, 0.6, 0.1, 0.3).WalkForward(3);

        Assert.Equal(
            [new(..60, 60..70, 70..80), new(..70, 70..80, 80..90), new SeriesSplit(..80, 80..90, 90..100)], folds);
        Assert.Equal([3, 4], SeriesSplit.ByShare(10, 0.2, 0.1, 0.7).WalkForward(2)
            .Select(fold => fold.Test.End.Value - fold.Test.Start.Value));
    }

    [Fact]
    public void Split_OfWrongArguments_NamesThem()
    {
        DateTime day = new(2024, 1, 1);
        Assert.Equal("test", Name(() => SeriesSplit.ByShare(10, 0.8, 0.1, 0.2)));
        Assert.Equal("training", Name(() => SeriesSplit.ByShare(10, 0, 0.1, 0.2)));
        Assert.Equal("rows", Name(() => SeriesSplit.ByShare(0, 0.8, 0.1, 0.1)));
        Assert.Equal("times", Assert.Throws<ArgumentException>(
            () => SeriesSplit.ByTime([day, day.AddDays(-1)], TimeSpan.FromDays(1), default, default)).ParamName);
        Assert.Equal("folds", Name(() => SeriesSplit.ByShare(10, 0.8, 0.1, 0.1).WalkForward(2)));

        static string? Name(Func<object> call) => Assert.Throws<ArgumentOutOfRangeException>(call).ParamName;
    }
}
