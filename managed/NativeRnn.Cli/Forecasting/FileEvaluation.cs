using System.Diagnostics;
using NativeRnn.Data;
using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Training;

namespace NativeRnn.Cli.Forecasting;

/// <summary>How well the model of a file foretells the next step of a series that is scaled to 0 to 1.</summary>
internal static class FileEvaluation
{
    /// <summary>Steps that a forecast sees if nothing else is said.</summary>
    public const int Lags = 12;

    private const int BatchSize = 512;

    /// <summary>Evaluates, prints and, with a path of a report, writes it.</summary>
    /// <exception cref="UserErrorException">Something that the user gave is not as it should be.</exception>
    public static void Run(
        string model, ForecastData series, int lags, string target, DeviceOptions where, string? report,
        Terminal terminal)
    {
        using Device device = ToolDevice.Open(where);
        Sequential network = Load(model, device);
        ForecastReport result = Evaluate(network, series, lags, target, device);
        result.Print(terminal.Output);
        if (report is not null)
        {
            result.Write(report);
        }
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
            Module model = ModelFile.Load(path, device);
            return model as Sequential ?? new Sequential(model);
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
}
