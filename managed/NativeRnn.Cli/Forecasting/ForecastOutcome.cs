namespace NativeRnn.Cli.Forecasting;

/// <summary>Forecasts beside what came, and beside what is said without learning; in the target's unit.</summary>
internal sealed class ForecastOutcome(ForecastTask task)
{
    private readonly List<double> _forecasts = [];
    private readonly List<double> _truth = [];
    private readonly List<double> _last = [];
    private readonly List<double> _calendar = [];

    /// <summary>What the model is, for all forecasts.</summary>
    public ForecastTask Task { get; } = task;

    /// <summary>Forecasts that were made.</summary>
    public int Count => _truth.Count / Task.Horizon;

    /// <summary>What the model gave, [N,H,Q].</summary>
    public IReadOnlyList<double> Forecasts => _forecasts;

    /// <summary>What came, [N,H].</summary>
    public IReadOnlyList<double> Truth => _truth;

    /// <summary>The last number that each forecast saw, [N,H]: the naive forecast.</summary>
    public IReadOnlyList<double> Last => _last;

    /// <summary>The <see cref="CalendarMean"/>, [N,H]; empty if there is none.</summary>
    public IReadOnlyList<double> Calendar => _calendar;

    /// <summary>The forecasts themselves, [N,H]: the middle quantile.</summary>
    public IEnumerable<double> Points => Enumerable.Range(0, _truth.Count).Select(PointAt);

    /// <summary>Makes forecasts and keeps them.</summary>
    public void Add(ForecastModel model, ForecastSeries series, IReadOnlyList<int> origins, CalendarMean? calendar)
    {
        _forecasts.AddRange(model.Forecast(model.Task.Encoding.Columns(series), origins));
        foreach (int row in origins.SelectMany(origin => Enumerable.Range(origin, Task.Horizon)))
        {
            _truth.Add(series.Values[row]);
            if (calendar is not null && series.Times is { } times)
            {
                _calendar.Add(calendar.At(times[row]));
            }
        }

        _last.AddRange(origins.SelectMany(origin => Enumerable.Repeat(series.Values[origin - 1], Task.Horizon)));
    }

    /// <summary>The forecast of a step, numbered as the truth is.</summary>
    public double PointAt(int index) => _forecasts[(index * Task.Width) + Task.Middle];

    /// <summary>A quantile of a step, numbered as the truth is.</summary>
    public double QuantileAt(int index, int quantile) => _forecasts[(index * Task.Width) + quantile];
}
