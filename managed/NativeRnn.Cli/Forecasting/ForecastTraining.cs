using NativeRnn.Cli.Applications;
using NativeRnn.Data;
using static System.FormattableString;

namespace NativeRnn.Cli.Forecasting;

/// <summary>`train forecast`: from the file to the saved model and its test.</summary>
internal static class ForecastTraining
{
    private const string Made = "made-series";

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(ForecastSettings settings, Terminal terminal, CancellationToken cancellation)
    {
        ForecastSeries series = ForecastSeries.Load(settings);
        SeriesEncoding encoding = SeriesEncoding.Fit(settings, series);
        _ = ForecastFit.RequireOrigins(
            settings, series, settings.WindowsOf(settings.Normalizations[0]), split => split.Test, "test");
        RunPlaces places = new(
            settings.Run, settings.Data is null ? Made : Path.GetFileNameWithoutExtension(settings.Data));
        using Device device = ToolDevice.Open(settings.Run.Device);
        terminal.Output.WriteLine(Describe(settings, series, encoding, device));
        (List<ForecastFit> fits, ForecastOutcome test, ForecastOutcome validation) =
            RunFolds(settings, series, encoding, device, terminal, cancellation);

        fits[^1].Model.Save(places.Directory);
        string data = settings.Data ?? Path.Combine(places.Directory, MadeSeriesFile.Name);
        if (settings.Data is null)
        {
            MadeSeriesFile.Write(data, settings.Run.Seed, settings.Horizon);
        }

        RunReport report = Report(settings, fits, test, validation, device);
        report.Print(terminal);
        if (places.Json is not null)
        {
            report.Write(places.Json);
        }

        places.Draw("Loss curve", "loss.png", ForecastPictures.Loss(fits[^1].Runs[0].History).Save);
        places.Draw("Forecasts", "forecast.png", ForecastPictures.Series(test).Save);
        if (settings.Horizon > 1)
        {
            places.Draw("Errors by step", "horizon.png", ForecastPictures.Steps(test).Save);
        }

        places.Print(
            terminal.Output,
            ("Forecast", $"{CommandLine.Invocation} forecast --model {places.Directory} --data {data}"));
        return cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
    }

    // One model for all that is tested on, or one for each part of it.
    private static (List<ForecastFit> Fits, ForecastOutcome Test, ForecastOutcome Validation) RunFolds(
        ForecastSettings settings, ForecastSeries series, SeriesEncoding encoding, Device device, Terminal terminal,
        CancellationToken cancellation)
    {
        IReadOnlyList<ForecastSeries> folds = settings.Folds > 0 ? Walk(settings, series) : [series];
        CalendarMean? calendar = CalendarMean.Fit(series, encoding.Cycles);
        List<ForecastFit> fits = [];
        ForecastOutcome? test = null, validation = null;
        foreach (ForecastSeries fold in folds)
        {
            if (folds.Count > 1)
            {
                terminal.Output.WriteLine($"Part {fits.Count + 1} of {folds.Count}:");
            }

            double? left = settings.Run.MaxSeconds - fits.Sum(fit => fit.Seconds);
            double? share = left is null ? null : Math.Max(1e-3, left.Value / (folds.Count - fits.Count));
            ForecastFit fit = ForecastFit.Train(
                settings with { Run = settings.Run with { MaxSeconds = share } }, fold, encoding, device, terminal,
                cancellation);
            // An unfinished part would spoil the figures; the first is all that there is.
            if (fit.Runs[^1].IsInterrupted && fits.Count > 0)
            {
                break;
            }

            fits.Add(fit);
            ForecastWindowOptions options = fit.Model.Task.WindowsOf(0);
            test ??= new ForecastOutcome(fit.Model.Task);
            validation ??= new ForecastOutcome(fit.Model.Task);
            test.Add(fit.Model, fold, fold.Origins(options, split => split.Test), calendar);
            validation.Add(fit.Model, fold, fold.Origins(options, split => split.Validation), null);
            if (cancellation.IsCancellationRequested)
            {
                break;
            }
        }

        return (fits, test!, validation!);
    }

    private static IReadOnlyList<ForecastSeries> Walk(ForecastSettings settings, ForecastSeries series)
    {
        int least = series.Splits.Select(split => split.Test.End.Value - split.Test.Start.Value)
            .Where(rows => rows > 0).DefaultIfEmpty().Min();
        return settings.Folds * settings.Horizon <= least ? series.WalkForward(settings.Folds) : throw new UserErrorException(
            $"--walk-forward {settings.Folds} needs {settings.Folds * settings.Horizon} rows to test on, --horizon for each " +
            $"part; there are {least}");
    }

    private static RunReport Report(
        ForecastSettings settings, List<ForecastFit> fits, ForecastOutcome test, ForecastOutcome validation, Device device)
    {
        double seconds = fits.Sum(fit => fit.Seconds);
        return new RunReport
        {
            Metrics =
            [
                .. ForecastMetrics.Of(test),
                ("val_mae", ForecastMetrics.MeanAbsolute([.. validation.Points], validation.Truth)),
                ("val_rmse", Math.Sqrt(ForecastMetrics.MeanSquare([.. validation.Points], validation.Truth))),
                .. settings.Quantiles.Count > 0
                    ? new[] { ("val_quantile_loss", ForecastMetrics.QuantileLoss(validation)) }
                    : [],
                ("val_naive_rmse", Math.Sqrt(ForecastMetrics.MeanSquare(validation.Last, validation.Truth))),
            ],
            Seconds = seconds,
            Parameters = fits[^1].Model.ParameterCount,
            ExamplesPerSecond = seconds > 0 ? fits.Sum(fit => fit.Examples) / seconds : 0,
            Seed = settings.Run.Seed,
            Device = device,
            History = fits[^1].Runs[0].History,
        };
    }

    private static string Describe(
        ForecastSettings settings, ForecastSeries series, SeriesEncoding encoding, Device device)
    {
        int Count(Func<SeriesSplit, Range> rows) => series.Splits.Sum(split => rows(split).End.Value - rows(split).Start.Value);
        string title = settings.Data is null
            ? "made hours of a shop (no --data was given)"
            : settings.Data + (settings.Test is null ? "" : $" and {settings.Test}");
        string parts = series.Parts.Count > 1 ? Invariant($" in {series.Parts.Count} series") : "";
        string calendar = encoding.Cycles == CalendarCycles.None ? "no calendar" : $"calendar: {encoding.Cycles}";
        ForecastNetworkSettings network = settings.Network;
        return Invariant($"Data: {title}: {settings.Target}, {series.Rows:N0} rows{parts}, ")
            + Invariant($"{Count(split => split.Training):N0} to train, {Count(split => split.Validation):N0} to validate, ")
            + Invariant($"{Count(split => split.Test):N0} to test; {calendar}.\n")
            + Invariant($"Model: {settings.Lags} lags to {settings.Horizon} steps, {network.Members} networks of ")
            + Invariant($"{network.Layers} x {network.Hidden} {network.Cell}, on {ToolDevice.Describe(device)}, ")
            + Invariant($"seed {settings.Run.Seed}. Ctrl-C saves what is trained by then.");
    }
}
