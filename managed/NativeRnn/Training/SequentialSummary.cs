using System.Globalization;
using System.Text;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>Writes the table of <see cref="Sequential.Summary"/>.</summary>
internal static class SequentialSummary
{
    private static readonly string[] Titles = ["Layer", "Output shape", "Parameters"];

    internal static string Write(IReadOnlyList<Module> layers, IReadOnlyList<int[]?> shapes)
    {
        List<string[]> rows = [Titles];
        long total = 0;
        for (int index = 0; index < layers.Count; index++)
        {
            bool built = layers[index].NamedModules().All(named => named.Module.IsBuilt);
            long count = built ? layers[index].ParameterCount : 0;
            total += count;
            rows.Add(
            [
                $"{index} {layers[index].GetType().Name}",
                ShapeText(shapes[index]),
                built ? Number(count) : "not built",
            ]);
        }

        return Table(rows) + $"Parameters: {Number(total)}";
    }

    private static string Table(List<string[]> rows)
    {
        int[] widths = [.. Titles.Select((_, column) => rows.Max(row => row[column].Length))];
        string line = new('─', widths.Sum() + 4);
        StringBuilder text = new();
        for (int row = 0; row < rows.Count; row++)
        {
            text.Append(rows[row][0].PadRight(widths[0] + 2))
                .Append(rows[row][1].PadRight(widths[1] + 2))
                .Append(rows[row][2].PadLeft(widths[2])).Append('\n');
            if (row == 0)
            {
                text.Append(line).Append('\n');
            }
        }

        return text.Append(line).Append('\n').ToString();
    }

    private static string ShapeText(int[]? shape) => shape switch
    {
        null => "?",
        [] => "[]",
        [_, .. int[] rest] => $"[{string.Join(", ", rest.Select(Text).Prepend("*"))}]",
    };

    private static string Text(int size) => size.ToString(CultureInfo.InvariantCulture);

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
