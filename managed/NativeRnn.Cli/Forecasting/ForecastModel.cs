using NativeRnn.Cli.Applications;
using NativeRnn.Data;
using NativeRnn.Formats;
using NativeRnn.Models;
using NativeRnn.Training;

namespace NativeRnn.Cli.Forecasting;

/// <summary>Networks whose forecasts are averaged, with what turns a file into their input.</summary>
/// <param name="Networks">Each of windows [N,T,F] to [N,H], or [N,H,Q] for quantiles.</param>
/// <param name="Task">What they need.</param>
/// <param name="Device">Where they compute.</param>
internal sealed record ForecastModel(IReadOnlyList<Sequential> Networks, ForecastTask Task, Device Device)
{
    private const int BatchSize = 512;

    public long ParameterCount => Networks.Sum(network => network.ParameterCount);

    /// <exception cref="UserErrorException">There is no such model in the directory.</exception>
    public static ForecastModel Load(string directory, Device device)
    {
        (Sequential network, ForecastTask task) = ModelDirectory.Load<Sequential, ForecastTask>(
            directory, ForecastTask.Name, ForecastTaskJson.Default.ForecastTask, device);
        try
        {
            Check(task);
            Sequential[] others = [.. Enumerable.Range(1, task.Normalizations.Count - 1)
                .Select(member => SavedModel.Load<Sequential>(PathOf(directory, member), device))];
            return new ForecastModel([network, .. others], task, device);
        }
        catch (ArgumentException error)
        {
            throw new UserErrorException($"--model {directory}: task.json is damaged: {error.Message}");
        }
        catch (Exception error) when (error is ModelFormatException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--model {directory}: {error.Message}");
        }
    }

    public void Save(string directory)
    {
        ModelDirectory.Save(directory, ForecastTask.Name, Networks[0], Task, ForecastTaskJson.Default.ForecastTask);
        for (int member = 1; member < Networks.Count; member++)
        {
            Networks[member].Save(PathOf(directory, member));
        }
    }

    /// <summary>The model with quantiles that hold on some forecasts.</summary>
    public ForecastModel Calibrated(SeriesColumns columns, IReadOnlyList<int> origins)
    {
        ForecastWindows windows = ForecastWindows.Make(columns, Task.WindowsOf(0), origins, Device);
        QuantileCalibration calibration = QuantileCalibration.Fit(
            Task.Quantiles, windows.Normalize(Mean(columns, origins)), windows.Targets.ToArray(), Task.Horizon);
        return this with { Task = Task with { Shifts = calibration.Shifts } };
    }

    /// <summary>Forecasts in the target's unit, [N,H,Q].</summary>
    public double[] Forecast(SeriesColumns columns, IReadOnlyList<int> origins)
    {
        float[] forecasts = Mean(columns, origins);
        if (Task.Shifts.Count > 0)
        {
            // In the windows' own units: what is restless gets the wider range.
            ForecastWindows windows = ForecastWindows.Make(columns, Task.WindowsOf(0), origins, Device);
            QuantileCalibration calibration = new(Task.Quantiles, Task.Shifts);
            forecasts = windows.Restore(calibration.Apply(windows.Normalize(forecasts)));
        }

        return Task.Encoding.Inverse(forecasts);
    }

    // Of all networks, on the scale of the encoded series.
    private float[] Mean(SeriesColumns columns, IReadOnlyList<int> origins)
    {
        float[] mean = new float[checked(origins.Count * Task.Horizon * Task.Width)];
        for (int member = 0; member < Networks.Count; member++)
        {
            ForecastWindows windows = ForecastWindows.Make(columns, Task.WindowsOf(member), origins, Device);
            float[] forecasts = windows.Restore(Predict(Networks[member], windows.Inputs));
            if (forecasts.Length != mean.Length)
            {
                throw new UserErrorException("--model: the networks do not fit the horizon and the quantiles of task.json");
            }

            for (int index = 0; index < mean.Length; index++)
            {
                mean[index] += forecasts[index] / Networks.Count;
            }
        }

        return mean;
    }

    private static float[] Predict(Sequential network, Tensor inputs)
    {
        try
        {
            return network.Predict(inputs, BatchSize).ToArray();
        }
        catch (ArgumentException error)
        {
            throw new UserErrorException($"--model does not fit its task.json: {error.Message}");
        }
    }

    private static void Check(ForecastTask task)
    {
        if (task.Normalizations.Count == 0 || task.Lags < 1 || task.Horizon < 1)
        {
            throw new ArgumentException("it has no networks, lags or horizon");
        }

        _ = new StandardScaler(task.Encoding.Mean, task.Encoding.Deviation);
        bool isCalibrated = task.Quantiles.Count > 0
            && new QuantileCalibration(task.Quantiles, task.Shifts).Horizon == task.Horizon;
        if (!isCalibrated && task.Quantiles.Count + task.Shifts.Count > 0)
        {
            throw new ArgumentException("its shifts do not fit the quantiles and the horizon");
        }
    }

    private static string PathOf(string directory, int member) =>
        Path.Combine(directory, FormattableString.Invariant($"model-{member + 1}.safetensors"));
}
