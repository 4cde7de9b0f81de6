using NativeRnn.Data;

namespace NativeRnn.Tests.Data;

/// <summary>What forecasts see and what they should say.</summary>
public sealed class ForecastWindowsTests : IDisposable
{
    private static readonly SeriesColumns Columns = new([1f, 2, 4, 7, 11, 16])
    {
        Covariates = [[10f, 20, 30, 40, 50, 60]],
        KnownAhead = [[0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f]],
    };

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Make_PutsWhatIsKnownAheadAHorizonLater()
    {
        ForecastWindows windows = Make(new ForecastWindowOptions(2, 2, WindowNormalization.None), 2, 4);

        Assert.Equal([2, 2, 3], windows.Inputs.Shape.ToArray());
        Assert.Equal(
            [1, 10, 0.3f, 2, 20, 0.4f, 4, 30, 0.5f, 7, 40, 0.6f], windows.Inputs.ToArray());
        Assert.Equal([2, 2], windows.Targets.Shape.ToArray());
        Assert.Equal([4, 7, 11, 16], windows.Targets.ToArray());
        Assert.Equal([2, 4], windows.Origins);
    }

    [Fact]
    public void Make_FromTheLastValue_MeasuresTheTargetsOnly()
    {
        ForecastWindows windows = Make(new ForecastWindowOptions(2, 2), 2, 4);

        Assert.Equal(1, windows.Inputs.ToArray()[0]);
        Assert.Equal([2, 5, 4, 9], windows.Targets.ToArray());
        Assert.Equal([4, 7, 11, 16], windows.Restore(windows.Targets.ToArray()));
    }

    [Fact]
    public void Make_InUnitsOfTheStep_MeasuresAllOfTheSeries()
    {
        ForecastWindows windows = Make(new ForecastWindowOptions(3, 1, WindowNormalization.LastValueAndStep), 4);

        float unit = MathF.Sqrt((4 + 9) / 2f);
        float log = MathF.Log(unit);
        Assert.Equal(
            Rounded([-5 / unit, 20, 0.3f, log, -3 / unit, 30, 0.4f, log, 0, 40, 0.5f, log]),
            Rounded(windows.Inputs.ToArray()));
        Assert.Equal(Rounded([4 / unit]), Rounded(windows.Targets.ToArray()));
    }

    [Fact]
    public void Make_OfASeriesThatStandsStill_StaysFinite()
    {
        SeriesColumns still = new([5f, 5, 5, 5, 6]);

        ForecastWindows windows = ForecastWindows.Make(
            still, new ForecastWindowOptions(3, 1, WindowNormalization.LastValueAndStep), [4], _device);

        Assert.All(windows.Inputs.ToArray(), value => Assert.True(float.IsFinite(value)));
        Assert.Equal(6, windows.Restore(windows.Targets.ToArray())[0], 1e-3);
    }

    [Theory]
    [InlineData(WindowNormalization.None)]
    [InlineData(WindowNormalization.LastValue)]
    [InlineData(WindowNormalization.LastValueAndStep)]
    public void Restore_OfQuantiles_ReversesNormalize(WindowNormalization normalization)
    {
        ForecastWindows windows = Make(new ForecastWindowOptions(2, 2, normalization), 2, 4);
        float[] quantiles = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

        Assert.Equal(quantiles, windows.Restore(windows.Normalize(quantiles)).Select(value => MathF.Round(value, 4)));
    }

    [Fact]
    public void Make_AtTheEndOfTheSeries_HasNoTargets()
    {
        ForecastWindows windows = Make(new ForecastWindowOptions(2, 2), 6);

        Assert.False(windows.HasTargets);
        Assert.Throws<InvalidOperationException>(() => windows.Targets);
        Assert.Equal([11, 50, 0.7f, 16, 60, 0.8f], windows.Inputs.ToArray());
        Assert.Equal([17, 18], windows.Restore([1, 2]));
    }

    [Fact]
    public void Origins_KeepTheHorizonWithinTheRowsAndTheLagsWithinTheSeries()
    {
        ForecastWindowOptions options = new(3, 2);

        Assert.Equal([3, 4], options.Origins(..6));
        Assert.Equal([6, 7, 8], options.Origins(6..10));
        Assert.Equal([9], options.Origins(6..11, first: 6));
        Assert.Empty(options.Origins(6..7));
    }

    [Fact]
    public void Make_OfWrongArguments_NamesThem()
    {
        ForecastWindowOptions options = new(2, 2);
        Assert.Equal("origins", Name(() => Make(options)));
        Assert.Equal("origins", Name(() => Make(options, 1)));
        Assert.Equal("origins", Name(() => Make(options, 7)));
        Assert.Equal("columns", Name(() => ForecastWindows.Make(
            Columns with { Covariates = [[1f]] }, options, [2], _device)));
        Assert.Equal("columns", Name(() => ForecastWindows.Make(
            Columns with { KnownAhead = [[1f, 2, 3, 4, 5, 6, 7]] }, options, [6], _device)));
        Assert.Equal("rows", Name(() => options.Origins(..^1)));
        Assert.Equal("forecasts", Name(() => Make(options, 2, 3).Restore([1, 2, 3])));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(new ForecastWindowOptions(0), 2));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Make(new ForecastWindowOptions(1, 1, WindowNormalization.LastValueAndStep), 2));

        static string? Name(Func<object> call) => Assert.Throws<ArgumentException>(call).ParamName;
    }

    private ForecastWindows Make(ForecastWindowOptions options, params int[] origins) =>
        ForecastWindows.Make(Columns, options, origins, _device);

    private static float[] Rounded(IEnumerable<float> values) => [.. values.Select(value => MathF.Round(value, 4))];
}
