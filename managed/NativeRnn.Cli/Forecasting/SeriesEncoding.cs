using NativeRnn.Data;

namespace NativeRnn.Cli.Forecasting;

/// <summary>How series become numbers for the network, learnt from the rows that are trained on.</summary>
/// <param name="Target">The column that is forecast.</param>
/// <param name="Time">The column of dates; null: the first that there is.</param>
/// <param name="Group">The column that names the series of a row; null: there is one series.</param>
/// <param name="IsLogarithmic">Whether the logarithm of the target is forecast.</param>
/// <param name="Mean">Of the target, or of its logarithm.</param>
/// <param name="Deviation">Of the target, or of its logarithm.</param>
/// <param name="Cycles">Of the calendar that the network sees.</param>
/// <param name="Covariates">The columns beside the target.</param>
internal sealed record SeriesEncoding(
    string Target, string? Time, string? Group, bool IsLogarithmic, double Mean, double Deviation,
    CalendarCycles Cycles, IReadOnlyList<CovariateEncoding> Covariates)
{
    /// <summary>Learns it.</summary>
    /// <exception cref="UserErrorException">The data are not as they should be.</exception>
    public static SeriesEncoding Fit(ForecastSettings settings, ForecastSeries series)
    {
        int[] rows = [.. series.TrainingRows];
        if (rows.Length == 0)
        {
            throw new UserErrorException($"--split {settings.Split.Text} leaves no rows to train on");
        }

        StandardScaler scaler = StandardScaler.Fit(
            [.. rows.Select(row => Forward(series.Values[row], settings.IsLogarithmic))]);
        CalendarCycles cycles = series.Times is { } times
            ? settings.Cycles ?? CyclesOf(series, times)
            : settings.Cycles is null or CalendarCycles.None
                ? CalendarCycles.None
                : throw new UserErrorException("--calendar needs a column of dates, and --data has none");
        return new SeriesEncoding(
            settings.Target, settings.Time, settings.Group, settings.IsLogarithmic, scaler.Mean, scaler.Deviation, cycles,
            [.. settings.Covariates.Select(name => Covariate(name, false)),
                .. settings.Known.Select(name => Covariate(name, true))]);

        CovariateEncoding Covariate(string name, bool known)
        {
            string[] fields = Fields(series.Parts, name);
            return CovariateEncoding.Fit(name, known, [.. rows.Select(row => fields[row])]);
        }
    }

    /// <summary>What the network needs, of the known rows of all series.</summary>
    public SeriesColumns Columns(ForecastSeries series) => new(Scale(series.Values))
    {
        Covariates = [.. Covariates.Where(one => !one.IsKnownAhead)
            .SelectMany(one => one.Encode(Fields(series.Parts, one.Name)))],
        KnownAhead =
        [
            .. Covariates.Where(one => one.IsKnownAhead).SelectMany(one => one.Encode(Fields(series.Parts, one.Name))),
            .. CalendarFeatures.Make(RequireTimes(series.Times), Cycles),
        ],
    };

    /// <summary>What the network needs to foretell what comes after a series, and the times of that.</summary>
    /// <exception cref="UserErrorException">What must be known of the future is not.</exception>
    public (SeriesColumns Columns, DateTime[]? Times) Ahead(SeriesPart part, int horizon)
    {
        int known = part.Values.Length;
        if (Covariates.Any(one => one.IsKnownAhead) && part.FutureRows < horizon)
        {
            throw new UserErrorException(
                $"--data ends with {part.FutureRows} rows of the future (whose {Target} is empty), the model needs " +
                $"{horizon}: it was trained with --known columns");
        }

        DateTime[]? times = part.Times is null ? null : [.. part.Times.Take(known + horizon)];
        if (times is not null && times.Length < known + horizon)
        {
            times = [.. times, .. CalendarFeatures.Continue(times, known + horizon - times.Length)];
        }

        string[] Rows(string name, int count) =>
            [.. part.Columns.Single(column => column.Name == name).Texts.Take(count)];
        SeriesColumns columns = new(Scale(part.Values))
        {
            Covariates = [.. Covariates.Where(one => !one.IsKnownAhead)
                .SelectMany(one => one.Encode(Rows(one.Name, known)))],
            KnownAhead =
            [
                .. Covariates.Where(one => one.IsKnownAhead)
                    .SelectMany(one => one.Encode(Rows(one.Name, known + horizon))),
                .. CalendarFeatures.Make(RequireTimes(times), Cycles),
            ],
        };
        return (columns, times?[known..]);
    }

    /// <summary>Which columns of a file the model needs.</summary>
    public SeriesRequest Request => new(Target, [.. Covariates.Select(one => one.Name)], Time, Group);

    /// <summary>Scaled numbers in the target's unit.</summary>
    public double[] Inverse(ReadOnlySpan<float> scaled)
    {
        double[] values = new StandardScaler(Mean, Deviation).Inverse(scaled);
        return IsLogarithmic ? [.. values.Select(Math.Exp)] : values;
    }

    /// <summary>Numbers of the target as the network sees them.</summary>
    public float[] Scale(IReadOnlyList<double> values) => new StandardScaler(Mean, Deviation)
        .Transform([.. values.Select(value => Forward(value, IsLogarithmic))]);

    private DateTime[] RequireTimes(DateTime[]? times) => times
        ?? (Cycles == CalendarCycles.None
            ? []
            : throw new UserErrorException("--data has no column of dates, which the model was trained with"));

    private static CalendarCycles CyclesOf(ForecastSeries series, DateTime[] times)
    {
        Range rows = series.Splits[0].Training;
        return CalendarFeatures.CyclesOf(times[rows]);
    }

    private static string[] Fields(IReadOnlyList<SeriesPart> parts, string name) => [.. parts.SelectMany(part =>
        part.Columns.Single(column => column.Name == name).Texts.Take(part.Values.Length))];

    private static double Forward(double value, bool isLogarithmic) => !isLogarithmic
        ? value
        : value > 0
            ? Math.Log(value)
            : throw new UserErrorException(
                FormattableString.Invariant($"--log needs numbers above 0; one of the target is {value}"));
}
