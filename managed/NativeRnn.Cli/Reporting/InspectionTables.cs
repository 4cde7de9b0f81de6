using System.Globalization;
using NativeRnn.Models;
using Spectre.Console;

namespace NativeRnn.Cli.Reporting;

/// <summary>A model file's content as tables. What stands in the file is shown as it is, but moves no cursor.</summary>
internal sealed class InspectionTables(IAnsiConsole console)
{
    // Of a setting or a text among the metadata.
    private const int MaxText = 60;

    public void Show(string path, ModelDescription model, bool withTensors)
    {
        string[] facts =
        [
            $"{model.Kind} {model.FormatVersion}".Trim(),
            model.Producer is { } producer ? $"by {producer}" : "",
            model.HasArchitecture ? "" : "weights without a model",
            $"{Number(model.ParameterCount)} parameters",
            $"{Number(model.Tensors.Count)} tensors",
            $"{Number(model.FileBytes)} bytes",
        ];
        Line($"{path}: {string.Join(", ", facts.Where(fact => fact.Length > 0))}");
        ShowLayers(model.Layers);
        if (withTensors)
            ShowTensors(model.Tensors);
        foreach ((string name, string text) in model.Metadata)
            Line($"{name}: {Short(text)}");
    }

    private void ShowLayers(IReadOnlyList<LayerDescription> layers)
    {
        Table table = NewTable("layer", "kind", "output", "parameters", "dtype", "gates", "settings");
        foreach (LayerDescription layer in layers)
        {
            Add(
                table, layer.Path.Length == 0 ? "." : layer.Path, layer.Kind,
                layer.OutputSize is { } size ? Number(size) : "", Number(layer.ParameterCount),
                layer.ElementType ?? "", layer.GateLayout ?? "", SettingsOf(layer));
        }
        console.Write(table);
    }

    private void ShowTensors(IReadOnlyList<TensorDescription> tensors)
    {
        Table table = NewTable("tensor", "shape", "dtype", "bytes");
        foreach (TensorDescription tensor in tensors)
        {
            Add(
                table, tensor.Name, $"[{string.Join(", ", tensor.Shape)}]", tensor.ElementType, Number(tensor.Bytes));
        }
        console.Write(table);
    }

    // Those that are switched on or say something: the rest is in the JSON.
    private static string SettingsOf(LayerDescription layer) => string.Join(
        ", ",
        layer.Settings
            .Where(setting => setting.Value is not ("false" or "0" or "0.0" or "None" or "none" or ""))
            .Select(setting => setting.Value == "true" ? setting.Key : $"{setting.Key}={Short(setting.Value)}"));

    private static Table NewTable(params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
        {
            TableColumn added = new(new Text(column));
            table.AddColumn(column is "output" or "parameters" or "bytes" ? added.RightAligned() : added);
        }
        return table;
    }

    private static void Add(Table table, params string[] cells) =>
        table.AddRow(cells.Select(cell => new Text(Printable(cell))));

    private void Line(string text) => console.WriteLine(Printable(text));

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Short(string text) => text.Length > MaxText ? $"{text[..MaxText]}..." : text;

    private static string Printable(string text) =>
        string.Concat(text.Select(character => char.IsControl(character) ? '?' : character));
}
