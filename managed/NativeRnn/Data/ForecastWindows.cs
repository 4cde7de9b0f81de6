namespace NativeRnn.Data;

/// <summary>
/// What forecasts of a series see and what they should say, with covariates: each step of a window holds the series, the
/// covariates, and those that are known ahead as they will be a horizon later. So a window of at least as many lags as
/// the horizon tells all of the future that is known.
/// </summary>
/// <example>
/// <code>
/// ForecastWindowOptions options = new(Lags: 48, Horizon: 24);
/// SeriesColumns columns = new(scaler.Transform(values)) { KnownAhead = CalendarFeatures.Make(times, cycles) };
/// ForecastWindows training = ForecastWindows.Make(columns, options, options.Origins(split.Training));
/// model.Fit(training.Inputs, training.Targets);
/// double[] forecasts = scaler.Inverse(training.Restore(model.Predict(training.Inputs).ToArray()));
/// </code>
/// </example>
public sealed class ForecastWindows
{
    // Of a window that stands still; the series is scaled, so that usual numbers are about 1.
    private const double SmallestUnit = 1e-4;

    private readonly Tensor? _targets;
    private readonly (float Center, float Unit)[] _scales;

    private ForecastWindows(
        IReadOnlyList<int> origins, Tensor inputs, Tensor? targets, (float Center, float Unit)[] scales) =>
        (Origins, Inputs, _targets, _scales) = (origins, inputs, targets, scales);

    /// <summary>The row of the first step that each window foretells.</summary>
    public IReadOnlyList<int> Origins { get; }

    /// <summary>
    /// What the forecasts see, [N,T,F]: of each step the series, the covariates, those that are known ahead, and with
    /// <see cref="WindowNormalization.LastValueAndStep"/> the logarithm of the window's unit.
    /// </summary>
    public Tensor Inputs { get; }

    /// <summary>What they should say, normalised, [N,H].</summary>
    /// <exception cref="InvalidOperationException">The series ends before one of the steps.</exception>
    public Tensor Targets => _targets ?? throw new InvalidOperationException(
        "the series ends before what these windows foretell, so they have no targets");

    /// <summary>Whether the series holds the steps that are foretold.</summary>
    public bool HasTargets => _targets is not null;

    /// <summary>Cuts windows.</summary>
    /// <param name="columns">The series and its covariates.</param>
    /// <param name="options">The windows' sizes, and how they are normalised.</param>
    /// <param name="origins">
    /// The row of the first step that each window foretells; at least one. The length of the series stands for the step
    /// after its end.
    /// </param>
    /// <param name="device">Null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ArgumentException">A column is too short, or an origin has too few rows before it.</exception>
    public static ForecastWindows Make(
        SeriesColumns columns, ForecastWindowOptions options, IReadOnlyList<int> origins, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(origins);
        options.Check();
        Check(columns, options, origins);
        (int lags, int horizon) = (options.Lags, options.Horizon);
        (float Center, float Unit)[] scales = [.. origins.Select(origin => ScaleOf(columns.Series, origin, options))];
        int width = options.WidthOf(columns);
        float[] inputs = new float[checked(origins.Count * lags * width)];
        for (int window = 0; window < origins.Count; window++)
        {
            Span<float> steps = inputs.AsSpan(window * lags * width, lags * width);
            FillInputs(columns, options, origins[window], scales[window], steps);
        }

        bool known = origins.Max() + horizon <= columns.Series.Count;
        return new ForecastWindows(
            [.. origins],
            Tensor.From(inputs, [origins.Count, lags, width], device),
            known ? Tensor.From(TargetsOf(columns, horizon, origins, scales), [origins.Count, horizon], device) : null,
            scales);
    }

    /// <summary>Gives normalised forecasts back on the scale of the series.</summary>
    /// <param name="forecasts">Of all windows: [N,H], or [N,H,Q] for quantiles.</param>
    /// <returns>As many numbers, in the same order.</returns>
    public float[] Restore(ReadOnlySpan<float> forecasts) =>
        Map(forecasts, nameof(forecasts), (value, center, unit) => (value * unit) + center);

    /// <summary>Normalises numbers as the targets are: the reverse of <see cref="Restore"/>.</summary>
    /// <param name="values">Of all windows, on the scale of the series: [N,H], or [N,H,Q] for quantiles.</param>
    /// <returns>As many numbers, in the same order.</returns>
    public float[] Normalize(ReadOnlySpan<float> values) =>
        Map(values, nameof(values), (value, center, unit) => (value - center) / unit);

    private float[] Map(ReadOnlySpan<float> values, string name, Func<float, float, float, float> change)
    {
        int each = values.Length / _scales.Length;
        if (each == 0 || each * _scales.Length != values.Length)
        {
            throw new ArgumentException(
                $"there are {values.Length} numbers, must be as many for each of {_scales.Length} windows", name);
        }

        float[] changed = new float[values.Length];
        for (int index = 0; index < changed.Length; index++)
        {
            (float center, float unit) = _scales[index / each];
            changed[index] = change(values[index], center, unit);
        }

        return changed;
    }

    private static void FillInputs(
        SeriesColumns columns, ForecastWindowOptions options, int origin, (float Center, float Unit) scale,
        Span<float> steps)
    {
        bool isRelative = options.Normalization == WindowNormalization.LastValueAndStep;
        int at = 0;
        for (int row = origin - options.Lags; row < origin; row++)
        {
            float value = columns.Series[row];
            steps[at++] = isRelative ? (value - scale.Center) / scale.Unit : value;
            foreach (IReadOnlyList<float> column in columns.Covariates)
            {
                steps[at++] = column[row];
            }

            foreach (IReadOnlyList<float> column in columns.KnownAhead)
            {
                steps[at++] = column[row + options.Horizon];
            }

            if (isRelative)
            {
                steps[at++] = MathF.Log(scale.Unit);
            }
        }
    }

    private static float[] TargetsOf(
        SeriesColumns columns, int horizon, IReadOnlyList<int> origins, (float Center, float Unit)[] scales)
    {
        float[] targets = new float[checked(origins.Count * horizon)];
        for (int index = 0; index < targets.Length; index++)
        {
            (float center, float unit) = scales[index / horizon];
            targets[index] = (columns.Series[origins[index / horizon] + (index % horizon)] - center) / unit;
        }

        return targets;
    }

    private static (float Center, float Unit) ScaleOf(
        IReadOnlyList<float> series, int origin, ForecastWindowOptions options)
    {
        if (options.Normalization == WindowNormalization.None)
        {
            return (0, 1);
        }

        float last = series[origin - 1];
        if (options.Normalization == WindowNormalization.LastValue)
        {
            return (last, 1);
        }

        double sum = 0;
        for (int row = origin - options.Lags + 1; row < origin; row++)
        {
            double change = series[row] - series[row - 1];
            sum += change * change;
        }

        return (last, (float)Math.Max(SmallestUnit, Math.Sqrt(sum / (options.Lags - 1))));
    }

    private static void Check(SeriesColumns columns, ForecastWindowOptions options, IReadOnlyList<int> origins)
    {
        int rows = columns.Series.Count;
        if (origins.Count == 0)
        {
            throw new ArgumentException("there must be an origin", nameof(origins));
        }

        if (origins.Min() < options.Lags || origins.Max() > rows)
        {
            throw new ArgumentException(
                $"origins are {origins.Min()} to {origins.Max()}, must be from {options.Lags}, the lags, to {rows}, the " +
                "rows", nameof(origins));
        }

        int ahead = Math.Max(rows, origins.Max() + options.Horizon);
        RequireLength(columns.Covariates, nameof(SeriesColumns.Covariates), rows);
        RequireLength(columns.KnownAhead, nameof(SeriesColumns.KnownAhead), ahead);
    }

    private static void RequireLength(IReadOnlyList<IReadOnlyList<float>> columns, string name, int rows)
    {
        for (int index = 0; index < columns.Count; index++)
        {
            if (columns[index].Count < rows)
            {
                throw new ArgumentException(
                    $"{name}[{index}] has {columns[index].Count} rows, must have {rows} at least", nameof(columns));
            }
        }
    }
}
