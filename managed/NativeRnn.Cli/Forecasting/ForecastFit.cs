using NativeRnn.Cli.Applications;
using NativeRnn.Data;
using NativeRnn.Training;

namespace NativeRnn.Cli.Forecasting;

/// <summary>A model that was trained, with its networks' runs.</summary>
internal sealed record ForecastFit(ForecastModel Model, IReadOnlyList<FitRun> Runs)
{
    // The networks of a seed have seeds of their own, apart from those of the next seeds.
    private const long SeedStep = 1000;
    private const float ClipNorm = 1;

    public double Seconds => Runs.Sum(run => run.Seconds);

    public long Examples => Runs.Sum(run => run.Examples);

    /// <summary>Trains the networks one after the other, and calibrates their quantiles on the validation rows.</summary>
    /// <param name="settings">What was asked for; the networks share its seconds.</param>
    /// <param name="series">What to train and to validate on.</param>
    /// <param name="encoding">How it becomes numbers.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="terminal">Shows progress.</param>
    /// <param name="cancellation">Ends the run; what is trained by then makes the model.</param>
    public static ForecastFit Train(
        ForecastSettings settings, ForecastSeries series, SeriesEncoding encoding, Device device, Terminal terminal,
        CancellationToken cancellation)
    {
        SeriesColumns columns = encoding.Columns(series);
        List<Sequential> networks = [];
        List<FitRun> runs = [];
        for (int member = 0; member < settings.Network.Members; member++)
        {
            ForecastWindowOptions options = settings.WindowsOf(NormalizationOf(settings, member));
            RunSettings share = settings.Run with { MaxSeconds = ShareOf(settings, member, runs) };
            (Sequential network, FitRun run) = TrainOne(
                settings with { Run = share }, member, Windows(split => split.Training, "train"),
                Windows(split => split.Validation, "validate"), device, terminal, cancellation);
            // An unfinished network would spoil the mean; the first is all that there is.
            if (run.IsInterrupted && member > 0)
            {
                break;
            }

            networks.Add(network);
            runs.Add(run);
            if (cancellation.IsCancellationRequested)
            {
                break;
            }

            ForecastWindows Windows(Func<SeriesSplit, Range> rows, string purpose)
            {
                IReadOnlyList<int> origins = RequireOrigins(settings, series, options, rows, purpose);
                return ForecastWindows.Make(columns, options, origins, device);
            }
        }

        ForecastTask task = new(
            encoding, settings.Lags, settings.Horizon,
            [.. networks.Select((_, member) => NormalizationOf(settings, member))], settings.Quantiles, [],
            TestFrom(series), settings.Run.Seed);
        return new ForecastFit(Calibrated(new ForecastModel(networks, task, device), series, columns), runs);
    }

    /// <summary>The rows at which forecasts may begin.</summary>
    /// <exception cref="UserErrorException">There are none.</exception>
    public static IReadOnlyList<int> RequireOrigins(
        ForecastSettings settings, ForecastSeries series, ForecastWindowOptions options, Func<SeriesSplit, Range> rows,
        string purpose)
    {
        IReadOnlyList<int> origins = series.Origins(options, rows);
        return origins.Count > 0 ? origins : throw new UserErrorException(
            $"--split {settings.Split.Text} leaves too few rows to {purpose} on, for --lags {options.Lags} and " +
            $"--horizon {options.Horizon}: --data has {series.Rows} rows in {series.Parts.Count} series");
    }

    private static ForecastModel Calibrated(ForecastModel model, ForecastSeries series, SeriesColumns columns) =>
        model.Task.Quantiles.Count == 0
            ? model
            : model.Calibrated(columns, series.Origins(model.Task.WindowsOf(0), split => split.Validation));

    private static (Sequential Network, FitRun Run) TrainOne(
        ForecastSettings settings, int member, ForecastWindows training, ForecastWindows validation, Device device,
        Terminal terminal, CancellationToken cancellation)
    {
        ForecastNetworkSettings chosen = settings.Network;
        long seed = (settings.Run.Seed * SeedStep) + member;
        long batches = (training.Origins.Count + chosen.Batch - 1) / chosen.Batch;
        Sequential network = ForecastNetwork.Create(
            settings, seed, training.Inputs.Shape, batches * chosen.Epochs, device);
        FitRun run = FitRun.Of(
            network,
            Dataset.FromTensors(training.Inputs, training.Targets).Shuffle(seed).Batch(chosen.Batch),
            chosen.Epochs,
            new FitOptions
            {
                ValidationDataset = Dataset.FromTensors(validation.Inputs, validation.Targets).Batch(chosen.Batch),
                ClipNorm = ClipNorm,
                Callbacks = [new EarlyStopping(patience: chosen.Patience, restoreBestWeights: true)],
            },
            settings.Run,
            terminal,
            cancellation);
        return (network, run);
    }

    private static WindowNormalization NormalizationOf(ForecastSettings settings, int member) =>
        settings.Normalizations[member % settings.Normalizations.Count];

    // The networks that are left share the time that is left.
    private static double? ShareOf(ForecastSettings settings, int member, List<FitRun> done)
    {
        const double Least = 1e-3;
        return settings.Run.MaxSeconds is { } seconds
            ? Math.Max(Least, (seconds - done.Sum(run => run.Seconds)) / (settings.Network.Members - member))
            : null;
    }

    // The first row to test on, if there is one time for all series.
    private static DateTime? TestFrom(ForecastSeries series)
    {
        SeriesSplit[] tested = [.. series.Splits.Where(split => split.Test.Start.Value < split.Test.End.Value)];
        return series.Times is { } times && tested.Length > 0
            ? tested.Max(split => times[split.Test.Start.Value])
            : null;
    }
}
