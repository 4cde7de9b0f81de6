using System.Text.Json;
using System.Text.Json.Serialization;
using static System.FormattableString;

namespace NativeRnn.Cli.Forecasting;

/// <summary>What `evaluate forecast` prints, and writes with `--json`.</summary>
/// <param name="Mae">Mean absolute error, in the data's unit.</param>
/// <param name="Mse">Mean squared error.</param>
/// <param name="Rmse">Its root.</param>
/// <param name="Mape">Mean absolute percentage error, over targets that are not 0.</param>
/// <param name="R2">Coefficient of determination.</param>
/// <param name="Windows">Forecasts that were made.</param>
/// <param name="Lags">Steps that each of them saw.</param>
/// <param name="Target">The column.</param>
/// <param name="Parameters">Numbers of the model.</param>
/// <param name="Seconds">Of the forecasts.</param>
/// <param name="Device">What it ran on, in words.</param>
/// <param name="Threads">Of the device; 0 of a GPU.</param>
internal sealed record ForecastReport(
    double Mae, double Mse, double Rmse, double Mape, double R2, int Windows, int Lags, string Target, long Parameters,
    double Seconds, string Device, int Threads)
{
    public void Print(TextWriter output)
    {
        output.WriteLine(Invariant($"{Windows} forecasts of {Target}, {Lags} lags; {Device}"));
        (string Name, double Value)[] lines =
            [("mae", Mae), ("mse", Mse), ("rmse", Rmse), ("mape", Mape), ("r2", R2)];
        foreach ((string name, double value) in lines)
        {
            output.WriteLine(Invariant($"{name,-5}{value,10:F4}"));
        }
    }

    public void Write(string path) => File.WriteAllText(
        path, JsonSerializer.Serialize(this, ForecastReportJson.Default.ForecastReport) + "\n");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ForecastReport))]
internal sealed partial class ForecastReportJson : JsonSerializerContext;
