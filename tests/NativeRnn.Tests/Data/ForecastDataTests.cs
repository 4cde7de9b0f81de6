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
