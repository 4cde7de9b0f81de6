using System.Text.Json;
using NativeRnn.Training;
using Spectre.Console;
using static System.FormattableString;

namespace NativeRnn.Cli.Applications;

/// <summary>A run's results: a table for people, a flat JSON object for programs.</summary>
internal sealed record RunReport
{
    /// <summary>The metrics by their names in the JSON: snake_case, in the order of the table.</summary>
    public required IReadOnlyList<(string Name, double Value)> Metrics { get; init; }

    /// <summary>Of the training, validation included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Numbers that were learnt.</summary>
    public required long Parameters { get; init; }

    /// <summary>While training.</summary>
    public required double ExamplesPerSecond { get; init; }

    public required long Seed { get; init; }

    public required Device Device { get; init; }

    /// <summary>The epochs; null: there is no one curve, as of folds.</summary>
    public History? History { get; init; }

    public void Print(Terminal terminal)
    {
        Table table = new Table().AddColumn("test").AddColumn(new TableColumn("").RightAligned());
        table.Border(TableBorder.Simple);
        foreach ((string name, double value) in Metrics)
        {
            bool isCount = Math.Abs(value) > 1 && Math.Truncate(value) == value;
            table.AddRow(name, isCount ? Invariant($"{value:N0}") : Invariant($"{value:0.0000}"));
        }

        table.AddRow("seconds", Invariant($"{Seconds:0.0}"));
        table.AddRow("parameters", Invariant($"{Parameters:N0}"));
        table.AddRow("examples_per_second", Invariant($"{ExamplesPerSecond:N0}"));
        terminal.Ansi().Write(table);
    }

    /// <summary>Writes the JSON.</summary>
    public void Write(string path)
    {
        using FileStream stream = File.Create(path);
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        foreach ((string name, double value) in Metrics)
        {
            WriteNumber(json, name, value);
        }

        WriteNumber(json, "seconds", Seconds);
        json.WriteNumber("parameters", Parameters);
        WriteNumber(json, "examples_per_second", ExamplesPerSecond);
        json.WriteNumber("seed", Seed);
        json.WriteString("device", ToolDevice.Describe(Device));
        json.WriteNumber("threads", Device.Threads);
        WriteCurve(json);
        json.WriteEndObject();
    }

    private void WriteCurve(Utf8JsonWriter json)
    {
        if (History is null)
        {
            return;
        }

        json.WriteStartArray("curve");
        foreach (EpochResult epoch in History.Epochs)
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", epoch.Epoch);
            WriteEvaluation(json, "", epoch.Training);
            if (epoch.Validation is not null)
            {
                WriteEvaluation(json, "val_", epoch.Validation);
            }

            WriteNumber(json, "seconds", epoch.Seconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteEvaluation(Utf8JsonWriter json, string prefix, Evaluation evaluation)
    {
        WriteNumber(json, $"{prefix}loss", evaluation.Loss);
        foreach ((string name, double value) in evaluation.Metrics)
        {
            WriteNumber(json, prefix + name, value);
        }
    }

    // JSON has no NaN and no infinity.
    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
