using System.Diagnostics;
using NativeRnn.Cli.Applications;
using static System.FormattableString;

namespace NativeRnn.Cli.Forecasting;

/// <summary>How well a model of `train forecast` foretells the rows of a file.</summary>
internal static class DirectoryEvaluation
{
    /// <summary>Evaluates, prints and, with a path of a report, writes it.</summary>
    /// <exception cref="UserErrorException">Something that the user gave is not as it should be.</exception>
    public static void Run(
        string directory, string path, bool all, DeviceOptions where, string? report, Terminal terminal)
    {
        using Device device = ToolDevice.Open(where);
        ForecastModel model = ForecastModel.Load(directory, device);
        ForecastTask task = model.Task;
        ForecastSeries series = ForecastSeries.ToTest(ForecastSeries.Read("--data", path, task.Encoding.Request));
        DateTime? from = all || series.Times is null ? null : task.TestFrom;
        int[] origins = [.. series.Origins(task.WindowsOf(0), split => split.Test)
            .Where(origin => from is null || series.Times![origin] >= from)];
        if (origins.Length == 0)
        {
            throw new UserErrorException(
                $"--data has {series.Rows} rows, none to forecast with {task.Lags} lags and {task.Horizon} steps" +
                (from is { } start ? Invariant($" from {start:yyyy-MM-dd HH:mm} on, the end of the training (see --all)") : ""));
        }

        terminal.Output.WriteLine(from is { } first
            ? Invariant($"Forecasts from {first:yyyy-MM-dd HH:mm} on: rows before were trained or validated on (--all: all).")
            : Invariant($"Forecasts of all {origins.Length:N0} rows that have {task.Lags} before them."));
        ForecastOutcome outcome = new(task);
        var clock = Stopwatch.StartNew();
        outcome.Add(model, series, origins, null);
        double seconds = clock.Elapsed.TotalSeconds;
        RunReport result = new()
        {
            Metrics = ForecastMetrics.Of(outcome),
            Seconds = seconds,
            Parameters = model.ParameterCount,
            ExamplesPerSecond = origins.Length / seconds,
            Seed = task.Seed,
            Device = device,
        };
        result.Print(terminal);
        if (report is not null)
        {
            result.Write(report);
        }
    }
}
