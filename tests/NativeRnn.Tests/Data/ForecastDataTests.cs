using NativeRnn.Data;
using NativeRnn.Tests.Cli;

namespace NativeRnn.Tests.Data;

/// <summary>What forecasts are made of: tables, scales, windows.</summary>
public sealed class ForecastDataTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Device _device = TestDevice.Open();

    public void Dispose()
    {
        _device.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void CsvTable_WithQuotesAndAByteOrderMark_HasItsColumns()
    {
        string path = _directory.Write("a.csv", "\ufefftime,\"flow, \"\"all\"\"\"\r\n\"1, 2\",3.5\r\n\r\nx,-1e2\r\n");

        CsvTable table = CsvTable.Read(path);

        Assert.Equal(["time", "flow, \"all\""], table.Columns);
        Assert.Equal(2, table.RowCount);
        Assert.Equal([3.5, -100], table.Numbers("flow, \"all\""));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a,b\n1,2\n3\n", "line 3: 1 fields; the first line has 2")]
    [InlineData("a,b\n\"1,2\n", "line 2: a quote is not closed")]
    public void CsvTable_ThatIsNone_NamesTheLine(string text, string expected)
    {
        string path = _directory.Write("a.csv", text);

        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => CsvTable.Read(path)).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("1,5")]
    public void CsvTable_WithAFieldThatIsNoNumber_NamesLineAndField(string field)
    {
        CsvTable table = CsvTable.Read(_directory.Write("a.csv", $"t,x\n1,2\n2,\"{field}\"\n"));

        var failure = Assert.Throws<InvalidDataException>(() => table.Numbers("x"));

        Assert.Contains($"line 3: '{field}' in column 'x'", failure.Message);
    }

    [Fact]
    public void CsvTable_WithoutTheColumn_NamesThoseThatThereAre()
    {
        CsvTable table = CsvTable.Read(_directory.Write("a.csv", "t,x\n"));

        var failure = Assert.Throws<ArgumentException>(() => table.Numbers("y"));

        Assert.Contains("no column 'y'; its columns are: t, x", failure.Message);
    }

    [Theory]
    [InlineData("2016-07-01 00:00:00|2016-07-01 13:05:00", "2016-07-01 00:00|2016-07-01 13:05")]
    [InlineData("2012-01-01|2012-1-2", "2012-01-01 00:00|2012-01-02 00:00")]
    [InlineData("Jan 1 2000|Feb 1 2000", "2000-01-01 00:00|2000-02-01 00:00")]
    [InlineData("04/01/2016 9:05|05/01/2016 0:00", "2016-01-04 09:05|2016-01-05 00:00")]
    [InlineData("11/30/2016|12/01/2016", "2016-11-30 00:00|2016-12-01 00:00")]
    [InlineData("2020-02-29T23:00:00Z|2020-03-01T00:00:00Z", "2020-02-29 23:00|2020-03-01 00:00")]
    public void CsvTable_WithDates_ReadsTheForm(string fields, string expected)
    {
        CsvTable table = CsvTable.Read(_directory.Write("a.csv", $"t\n{fields.Replace('|', '\n')}\n"));

        Assert.True(table.IsTimes("t"));
        Assert.Equal(expected.Split('|'), table.Times("t").Select(time => time.ToString("yyyy-MM-dd HH:mm")));
    }

    [Fact]
    public void CsvTable_WithDaysThatCouldBeMonths_TakesTheFormInWhichTimeGoesOn()
    {
        // As months these would go back in the third row.
        CsvTable table = CsvTable.Read(_directory.Write("a.csv", "t\n10/01/2016\n11/01/2016\n01/02/2016\n"));

        Assert.Equal([1, 1, 2], table.Times("t").Select(time => time.Month));
    }

    [Fact]
    public void CsvTable_WithAFieldThatIsNoDate_NamesLineAndField()
    {
        CsvTable table = CsvTable.Read(_directory.Write("a.csv", "t,x\n2016-01-01,3\n\n01/02/2016,4\n"));

        var failure = Assert.Throws<InvalidDataException>(() => table.Times("t"));

        Assert.Contains("line 4: '01/02/2016' in column 't' is no date", failure.Message);
        Assert.False(table.IsTimes("x"));
    }

    [Fact]
    public void CsvTable_GivesTextsAndSomeRows()
    {
        CsvTable table = CsvTable.Read(_directory.Write("a.csv", "k,x\nsun,1\n\"rain, hail\",2\nfog,\n"));

        Assert.Equal(["sun", "rain, hail", "fog"], table.Texts("k"));
        Assert.Equal([2, 1], table.Numbers("x", [1, 0]));
        Assert.Contains("line 4: ''", Assert.Throws<InvalidDataException>(() => table.Numbers("x")).Message);
    }

    [Fact]
    public void StandardScaler_GivesMeanZeroAndDeviationOne_AndBack()
    {
        StandardScaler scaler = StandardScaler.Fit([1, 3, 5, 7]);

        float[] scaled = scaler.Transform([1, 3, 5, 7]);

        Assert.Equal((4, Math.Sqrt(5)), (scaler.Mean, scaler.Deviation));
        Assert.Equal(0, scaled.Average(), 1e-6);
        Assert.Equal(1, scaled.Average(value => value * value), 1e-6);
        Assert.Equal([1, 3, 5, 7], scaler.Inverse(scaled).Select(value => Math.Round(value, 5)));
        Assert.Equal(scaled, new StandardScaler(scaler.Mean, scaler.Deviation).Transform([1, 3, 5, 7]));
    }

    [Fact]
    public void StandardScaler_OfEqualNumbers_GivesZero()
    {
        StandardScaler scaler = StandardScaler.Fit([0.1, 0.1, 0.1]);

        Assert.Equal(1, scaler.Deviation);
        Assert.Equal(0, scaler.Transform([0.1])[0], 1e-6);
    }

    [Fact]
    public void StandardScaler_OfWrongArguments_NamesThem()
    {
        Assert.Equal("values", Assert.Throws<ArgumentException>(() => StandardScaler.Fit([])).ParamName);
        Assert.Equal("values", Assert.Throws<ArgumentException>(() => StandardScaler.Fit([double.NaN])).ParamName);
        Assert.Equal("mean", Assert.Throws<ArgumentOutOfRangeException>(() => new StandardScaler(double.NaN, 1)).ParamName);
        Assert.Equal("deviation", Assert.Throws<ArgumentOutOfRangeException>(() => new StandardScaler(0, 0)).ParamName);
    }

    [Fact]
    public void MinMaxScaler_MapsTheRange_AndBack()
    {
        MinMaxScaler scaler = MinMaxScaler.Fit([2, 6, 4], -1, 1);

        float[] scaled = scaler.Transform([2, 4, 6, 8]);

        Assert.Equal((2, 6), (scaler.Minimum, scaler.Maximum));
        Assert.Equal([-1, 0, 1, 2], scaled);
        Assert.Equal([2, 4, 6, 8], scaler.Inverse(scaled));
    }

    [Fact]
    public void MinMaxScaler_OfEqualNumbers_GivesTheLowEnd()
    {
        MinMaxScaler scaler = MinMaxScaler.Fit([3, 3]);

        Assert.Equal([0], scaler.Transform([3]));
        Assert.Equal([3], scaler.Inverse([0]));
    }

    [Fact]
    public void MinMaxScaler_OfWrongArguments_NamesThem()
    {
        Assert.Equal("values", Assert.Throws<ArgumentException>(() => MinMaxScaler.Fit([])).ParamName);
        Assert.Equal("values", Assert.Throws<ArgumentException>(() => MinMaxScaler.Fit([1, double.NaN])).ParamName);
        Assert.Equal("high", Assert.Throws<ArgumentOutOfRangeException>(() => MinMaxScaler.Fit([1], 1, 1)).ParamName);
    }

    [Fact]
    public void SeriesWindows_AreFollowedByTheirTargets()
    {
        (Tensor inputs, Tensor targets) = SeriesWindows.Make([1, 2, 3, 4, 5], lags: 2, horizon: 2, _device);

        Assert.Equal([2, 2, 1], inputs.Shape.ToArray());
        Assert.Equal([1, 2, 2, 3], inputs.ToArray());
        Assert.Equal([2, 2], targets.Shape.ToArray());
        Assert.Equal([3, 4, 4, 5], targets.ToArray());
    }

    [Fact]
    public void SeriesWindows_OfTooShortASeries_SaysSo()
    {
        Assert.Equal("series", Assert.Throws<ArgumentException>(() => SeriesWindows.Make([1, 2, 3], 3)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => SeriesWindows.Make([1, 2, 3], 0));
    }
}
