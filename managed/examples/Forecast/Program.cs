// What do the next 24 hours bring, and how sure is that? An LSTM over the last two days, with the calendar, announced
// events and a range. Run it with a CSV file with dates and a column to forecast; without, it makes a series.
using System.Globalization;
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;

SeriesPart series = args.Length > 1
    ? SeriesData.Read(args[0], new SeriesRequest(args[1], [], Time: null, Group: null))[0]
    : MadeSeries.Create(seed: 1);
DateTime[] times = series.Times ?? throw new InvalidDataException("the file has no column of dates");
SeriesSplit split = SeriesSplit.ByShare(series.Values.Length, training: 0.7, validation: 0.15, test: 0.15);

// Scales and cycles are learnt from the rows that are trained on.
StandardScaler scaler = StandardScaler.Fit(series.Values.AsSpan()[split.Training]);
CalendarCycles cycles = CalendarFeatures.CyclesOf(times[split.Training]);
SeriesColumns columns = new(scaler.Transform(series.Values))
{
    KnownAhead =
    [
        .. CalendarFeatures.Make(times, cycles),
        .. series.Columns.Select(column => column.Texts
            .Select(text => float.Parse(text, CultureInfo.InvariantCulture)).ToArray()),
    ],
};
ForecastWindowOptions options = new(Lags: 48, Horizon: 24);
ForecastWindows training = ForecastWindows.Make(columns, options, options.Origins(split.Training));
ForecastWindows validation = ForecastWindows.Make(columns, options, options.Origins(split.Validation));
ForecastWindows test = ForecastWindows.Make(columns, options, options.Origins(split.Test));

float[] quantiles = [0.1f, 0.5f, 0.9f];
Sequential model = new()
{
    new Lstm(32),
    new Dropout(0.2f),
    new Dense(options.Horizon * quantiles.Length),
    new Reshape(options.Horizon, quantiles.Length),
};
model.Compile(new QuantileLoss(quantiles), new AdamW(5e-3f));
model.Fit(training.Inputs, training.Targets, epochs: 15, batchSize: 64, new FitOptions
{
    ValidationData = (validation.Inputs, validation.Targets),
    ClipNorm = 1,
    Callbacks = [new EarlyStopping(patience: 4, restoreBestWeights: true), new ProgressBar()],
});

// Ranges that hold on data that was not trained on.
QuantileCalibration calibration = QuantileCalibration.Fit(
    quantiles, model.Predict(validation.Inputs).ToArray(), validation.Targets.ToArray(), options.Horizon);
double[] forecasts = scaler.Inverse(test.Restore(calibration.Apply(model.Predict(test.Inputs).ToArray())));
double[] truth = scaler.Inverse(test.Restore(test.Targets.ToArray()));

int Last(int index) => test.Origins[index / options.Horizon] - 1;
int[] steps = [.. Enumerable.Range(0, truth.Length)];
double error = steps.Average(index => Math.Abs(forecasts[(index * 3) + 1] - truth[index]));
double naive = steps.Average(index => Math.Abs(series.Values[Last(index)] - truth[index]));
double within = steps.Average(
    index => truth[index] >= forecasts[index * 3] && truth[index] <= forecasts[(index * 3) + 2] ? 1.0 : 0);
Console.WriteLine($"{(args.Length > 1 ? args[1] : "made hours")}: {series.Values.Length} rows, calendar: {cycles}");
Console.WriteLine($"test: mean absolute error {error:F3}, of the last value {naive:F3}; " +
    $"{within:P1} within the range of 80 %");
