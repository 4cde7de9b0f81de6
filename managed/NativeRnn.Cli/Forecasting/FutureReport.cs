using System.Globalization;
using System.Text.Json;

namespace NativeRnn.Cli.Forecasting;

/// <summary>What comes after the end of series, as a model foretells it.</summary>
internal sealed class FutureReport
{
    private readonly ForecastTask _task;
    private readonly IReadOnlyList<FutureStep> _steps;

    private FutureReport(ForecastTask task, IReadOnlyList<FutureStep> steps) => (_task, _steps) = (task, steps);

    /// <summary>Foretells the steps after the known rows of each series.</summary>
    /// <exception cref="UserErrorException">A series is too short, or what must be known ahead is not.</exception>
    public static FutureReport Of(ForecastModel model, IReadOnlyList<SeriesPart> parts)
    {
        ForecastTask task = model.Task;
        List<FutureStep> steps = [];
        foreach (SeriesPart part in parts)
        {
            int known = part.Values.Length;
            if (known < task.Lags)
            {
                string name = part.Name.Length > 0 ? $" of {part.Name}" : "";
                throw new UserErrorException($"--data has {known} rows{name}, the model sees {task.Lags} lags");
            }

            (Data.SeriesColumns columns, DateTime[]? times) = task.Encoding.Ahead(part, task.Horizon);
            double[] numbers = model.Forecast(columns, [known]);
            for (int step = 0; step < task.Horizon; step++)
            {
                double[] values = numbers[(step * task.Width)..((step + 1) * task.Width)];
                steps.Add(new FutureStep(part.Name, step + 1, times?[step], values[task.Middle], values));
            }
        }

        return new FutureReport(task, steps);
    }

    /// <summary>Lines of comma-separated values with a line of names.</summary>
    public void Print(TextWriter output)
    {
        bool hasNames = _steps.Any(step => step.Series.Length > 0);
        string[] names =
        [
            .. hasNames ? [_task.Encoding.Group ?? "series"] : Array.Empty<string>(),
            "step",
            .. _steps[0].Time is null ? [] : new[] { "time" },
            _task.Encoding.Target,
            .. _task.Quantiles.Select(NameOf),
        ];
        output.WriteLine(string.Join(',', names.Select(Quoted)));
        foreach (FutureStep step in _steps)
        {
            string[] fields =
            [
                .. hasNames ? [step.Series] : Array.Empty<string>(),
                $"{step.Step}",
                .. step.Time is { } time ? new[] { time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) } : [],
                Text(step.Forecast),
                .. _task.Quantiles.Count == 0 ? [] : step.Values.Select(Text),
            ];
            output.WriteLine(string.Join(',', fields.Select(Quoted)));
        }
    }

    /// <summary>Writes a list of the steps.</summary>
    public void Write(string path)
    {
        using FileStream stream = File.Create(path);
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("target", _task.Encoding.Target);
        json.WriteStartArray("forecasts");
        foreach (FutureStep step in _steps)
        {
            json.WriteStartObject();
            if (step.Series.Length > 0)
            {
                json.WriteString("series", step.Series);
            }

            json.WriteNumber("step", step.Step);
            if (step.Time is { } time)
            {
                json.WriteString("time", time);
            }

            json.WriteNumber("forecast", step.Forecast);
            for (int quantile = 0; quantile < _task.Quantiles.Count; quantile++)
            {
                json.WriteNumber(NameOf(_task.Quantiles[quantile]), step.Values[quantile]);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string NameOf(float quantile) => string.Create(CultureInfo.InvariantCulture, $"q{quantile * 100:0.###}");

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Quoted(string field) =>
        field.AsSpan().ContainsAny(",\"\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;

    private sealed record FutureStep(string Series, int Step, DateTime? Time, double Forecast, double[] Values);
}
