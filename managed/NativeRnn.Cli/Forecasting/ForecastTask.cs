using System.Text.Json.Serialization;
using NativeRnn.Data;

namespace NativeRnn.Cli.Forecasting;

/// <summary>What a model needs beside its networks.</summary>
/// <param name="Encoding">How a file becomes numbers.</param>
/// <param name="Lags">Steps that a forecast sees.</param>
/// <param name="Horizon">Steps that it foretells.</param>
/// <param name="Normalizations">Of each network.</param>
/// <param name="Quantiles">That it gives; none: one number.</param>
/// <param name="Shifts">By which they were calibrated; none without quantiles.</param>
/// <param name="TestFrom">Before that, rows were trained or validated on; null: not known.</param>
/// <param name="Seed">By which it was trained.</param>
internal sealed record ForecastTask(
    SeriesEncoding Encoding, int Lags, int Horizon, IReadOnlyList<WindowNormalization> Normalizations,
    IReadOnlyList<float> Quantiles, IReadOnlyList<float> Shifts, DateTime? TestFrom, long Seed)
{
    public const string Name = "forecast";

    /// <summary>Numbers for each step.</summary>
    public int Width => Math.Max(1, Quantiles.Count);

    /// <summary>Which of them is the forecast itself: the quantile next to the median.</summary>
    public int Middle => Quantiles.Count == 0
        ? 0
        : Enumerable.Range(0, Quantiles.Count).MinBy(index => Math.Abs(Quantiles[index] - 0.5f));

    public ForecastWindowOptions WindowsOf(int member) => new(Lags, Horizon, Normalizations[member]);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ForecastTask))]
internal sealed partial class ForecastTaskJson : JsonSerializerContext;
