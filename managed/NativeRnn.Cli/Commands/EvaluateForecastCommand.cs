using System.CommandLine;
using System.Diagnostics;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Forecasting;
using NativeRnn.Data;
using NativeRnn.Formats;
using NativeRnn.Models;
using NativeRnn.Training;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn evaluate forecast`: how well a model foretells the next step of a series.</summary>
internal static class EvaluateForecastCommand
{
    private const int BatchSize = 512;

    public static Command Create(Terminal terminal)
    {
        Option<string> model = Required("--model", "The model's file.", "FILE");
        Option<string> train = Required(
            "--train-data",
            "The CSV file that it was trained on: its smallest and largest number become 0 and 1.",
            "FILE");
        Option<string> data = Required("--data", "The CSV file to test on.", "FILE");
        Option<string> target = Required("--target", "The column to forecast.", "COLUMN");
        Option<int> lags = RangedOption.Create(
            "--lags", "Steps before it that a forecast sees.", 12, 1, 1_000_000);
        Option<int> threads = RangedOption.Create(
            "--threads", "Threads of the CPU; 0: one for each of its CPUs.", 0, 0, 1024);
        var json = new Option<string?>("--json") { Description = "Writes the results to a file.", HelpName = "FILE" };
        var flags = new DeviceFlags();
        var command = new Command(
            "forecast", "Forecast each step of a series from those before it, and print how far off the forecasts are.")
        {
            model, train, data, target, lags, threads,
        };
        foreach (Option option in flags.All.Append(json))
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            DeviceOptions where = flags.Read(parsed, parsed.GetValue(threads));
            string? report = parsed.GetValue(json);
            RunPlaces.RequireJson(report);
            ForecastData series = ForecastData.Read(
                parsed.GetRequiredValue(train), parsed.GetRequiredValue(data), parsed.GetRequiredValue(target));
            using Device device = ToolDevice.Open(where);
            Sequential network = Load(parsed.GetRequiredValue(model), device);
            ForecastReport result =
                Evaluate(network, series, parsed.GetValue(lags), parsed.GetRequiredValue(target), device);
            result.Print(terminal.Output);
            if (report is not null)
            {
                result.Write(report);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static ForecastReport Evaluate(
        Sequential network, ForecastData series, int lags, string target, Device device)
    {
        double[] truth = series.Values[Math.Min(lags, series.Values.Length)..];
        if (truth.Length == 0)
        {
            throw new UserErrorException(
                $"--data has {series.Values.Length} rows, --lags {lags} needs at least {lags + 1}");
        }

        (Tensor inputs, _) = SeriesWindows.Make(series.Scaler.Transform(series.Values), lags, device: device);
        var clock = Stopwatch.StartNew();
        float[] scaled = Predict(network, inputs);
        double seconds = clock.Elapsed.TotalSeconds;
        if (scaled.Length != truth.Length)
        {
            throw new UserErrorException(
                $"--model gives {scaled.Length / (double)truth.Length:0.##} numbers for a window, a forecast is one");
        }

        ForecastScore score = ForecastScore.Of(series.Scaler.Inverse(scaled), truth, device);
        return new ForecastReport(
            score.Mae, score.Mse, score.Rmse, score.Mape, score.R2, truth.Length, lags, target, network.ParameterCount,
            seconds, ToolDevice.Describe(device), device.Threads);
    }

    private static float[] Predict(Sequential network, Tensor inputs)
    {
        try
        {
            return network.Predict(inputs, BatchSize).ToArray();
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            throw new UserErrorException(
                $"--model can't forecast from windows [{inputs.Shape[1]}, 1] (--lags): {error.Message}");
        }
    }

    private static Sequential Load(string path, Device device)
    {
        try
        {
            return KerasModel.Load(path, device);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"--model {path} does not exist");
        }
        catch (Exception error) when (error is IOException or ModelFormatException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--model: {error.Message}");
        }
    }

    private static Option<string> Required(string name, string description, string kind) =>
        new(name) { Description = description, HelpName = kind, Required = true };
}
