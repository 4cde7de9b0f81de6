using System.Text.Json;
using System.Text.Json.Serialization;

namespace Benchmarks;

/// <summary>Results as files: Markdown, CSV and pictures in a folder, JSON where the user wants it.</summary>
internal static class ResultFiles
{
    public static readonly string Folder = Path.Combine("BenchmarkDotNet.Artifacts", "results");

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        // A library that answers NaN differs by NaN.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = true,
    };

    /// <param name="name">Of the files, without a suffix.</param>
    /// <param name="rows">The results.</param>
    /// <param name="notes">Lines on the machine and the limits.</param>
    /// <param name="roofline">Null: not measured.</param>
    /// <returns>The files.</returns>
    public static IEnumerable<string> Write(string name, Row[] rows, IReadOnlyList<string> notes, Roofline? roofline)
    {
        Directory.CreateDirectory(Folder);
        string start = Path.Combine(Folder, name);
        File.WriteAllText($"{start}.md", ResultTable.Markdown(rows, notes));
        File.WriteAllText($"{start}.csv", ResultTable.Csv(rows, notes));
        return [$"{start}.md", $"{start}.csv", .. SpeedPicture.TryWrite(start, rows, roofline)];
    }

    public static void WriteJson(FileInfo file, Row[] rows) =>
        File.WriteAllText(file.FullName, JsonSerializer.Serialize(rows, JsonOptions) + "\n");
}
