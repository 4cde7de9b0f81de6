using System.Text.Json;
using System.Text.Json.Serialization;

namespace Benchmarks;

/// <summary>Tables on the console and JSON.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        WriteIndented = true,
    };

    /// <returns>The largest relative difference of a step's losses.</returns>
    public static double Losses(Meter[] meters, IEnumerable<float[]> losses)
    {
        Console.WriteLine();
        Console.WriteLine($"loss of step {string.Concat(meters.Select(meter => $"{meter.Name,12}"))}");
        double largest = 0;
        int step = 0;
        foreach (float[] row in losses)
        {
            double difference = Math.Abs(row[0] - (double)row[^1]) / Math.Abs(row[^1]);
            largest = Math.Max(largest, difference);
            string values = string.Concat(row.Select(loss => $"{loss,12:F6}"));
            Console.WriteLine($"{++step,12} {values}{(row.Length > 1 ? $"{difference,10:0.0e+0}" : "")}");
        }

        if (meters.Length > 1)
        {
            Console.WriteLine($"largest relative difference {largest:0.0e+0}");
        }

        return largest;
    }

    public static void Speeds(SpeedResult[] speeds)
    {
        Console.WriteLine();
        Console.WriteLine(
            "             characters/s        best   per CPU s   ms/call   GFLOP/s   managed bytes/call");
        foreach (SpeedResult speed in speeds)
        {
            Console.WriteLine(
                $"{speed.Library,-13}{speed.CharactersPerSecond,12:N0}{speed.BestCharactersPerSecond,12:N0}" +
                $"{speed.CharactersPerProcessorSecond,12:N0}{speed.MillisecondsPerCall,10:F2}" +
                $"{speed.Gflops,10:F1}{speed.ManagedBytesPerCall,21:N0}");
        }

        if (speeds.Length == 2)
        {
            Console.WriteLine(
                $"{"ratio",-13}{Ratio(speeds, speed => speed.CharactersPerSecond),12:F2}" +
                $"{Ratio(speeds, speed => speed.BestCharactersPerSecond),12:F2}" +
                $"{Ratio(speeds, speed => speed.CharactersPerProcessorSecond),12:F2}");
        }
    }

    public static void Save<T>(FileInfo? file, T result)
    {
        if (file is not null)
        {
            File.WriteAllText(file.FullName, JsonSerializer.Serialize(result, Json));
        }
    }

    private static double Ratio(SpeedResult[] speeds, Func<SpeedResult, double> value) =>
        value(speeds[0]) / value(speeds[1]);
}
